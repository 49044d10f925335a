using System.Globalization;
using Sentinel.Benchmarks.Calls;
using Sentinel.Benchmarks.Events;
using Sentinel.Benchmarks.Micro;
using Sentinel.Benchmarks.Processes;

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
    case "micro":
        return MicroBenchmarks.Run(args[1..]);
    default:
        await Console.Error.WriteLineAsync(
            """
            calls [--rounds N] [--seconds S] [--steps off,postgres,sqlite,credentials]
            events
            micro [--filter *Observer*]
            """);
        return 2;
}
