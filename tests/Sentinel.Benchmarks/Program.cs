using System.Globalization;
using Sentinel.Benchmarks.Calls;
using Sentinel.Benchmarks.Copy;
using Sentinel.Benchmarks.Events;
using Sentinel.Benchmarks.Micro;
using Sentinel.Benchmarks.Outage;
using Sentinel.Benchmarks.Processes;
using Sentinel.Benchmarks.Query;
using Sentinel.Benchmarks.Replay;
using Sentinel.Benchmarks.Soak;

switch (args.FirstOrDefault())
{
    case "backend":
        await Backend.RunAsync();
        return 0;
    case "yarp":
        await BareProxy.RunAsync(new Uri(args[1]));
        return 0;
    case "events-backend":
        await EventsBackend.RunAsync(int.Parse(args[1], CultureInfo.InvariantCulture));
        return 0;
    case "calls":
        return await CallsBenchmark.RunAsync(CallsOptions.Parse(args[1..]));
    case "events":
        return await EventsBenchmark.RunAsync();
    case "replay":
        return await ReplayBenchmark.RunAsync(
            args.Length > 2 && args[1] == "--calls" ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1_000_000);
    case "query":
        return await QueryBenchmark.RunAsync(
            args.Length > 2 && args[1] == "--rows" ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1_000_000);
    case "copy":
        return await CopyBenchmark.RunAsync(CopyOptions.Parse(args.AsSpan(1)));
    case "outage":
        return await OutageBenchmark.RunAsync(
            args.Length > 2 && args[1] == "--entries" ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1_000_000);
    case "soak":
        return await SoakBenchmark.RunAsync(SoakOptions.Parse(args[1..]));
    case "micro":
        return MicroBenchmarks.Run(args[1..]);
    default:
        await Console.Error.WriteLineAsync(
            """
            calls [--rounds N] [--seconds S] [--steps off,postgres,sqlite,credentials]
            events
            replay [--calls N]
            query [--rows N]
            copy [--rows N] [--rounds N] [--flat ROWS]
            outage [--entries N]
            soak [--rounds N] [--clients N] [--hold SECONDS]
            micro [--filter *Observer*]
            """);
        return 2;
}
