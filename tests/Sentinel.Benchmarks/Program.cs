using System.Globalization;
using Sentinel.Benchmarks.Comparison;
using Sentinel.Benchmarks.Copy;
using Sentinel.Benchmarks.Events;
using Sentinel.Benchmarks.Growth;
using Sentinel.Benchmarks.Guard;
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
        await BareProxy.RunAsync(
            new Uri(args[1]), args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 0);
        return 0;
    case "events-backend":
        await EventsBackend.RunAsync(int.Parse(args[1], CultureInfo.InvariantCulture));
        return 0;
    case "system":
        return await SystemBenchmark.RunAsync(SystemOptions.Parse(args.AsSpan(1)), Command(args));
    case "growth":
        return await GrowthBenchmark.RunAsync(GrowthOptions.Parse(args.AsSpan(1)), Command(args));
    case "guard":
        return await GuardBenchmark.RunAsync(
            args.Length > 2 && args[1] == "--max"
                ? double.Parse(args[2], CultureInfo.InvariantCulture)
                : GuardBenchmark.RatioMax);
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
            system [--only "YARP,+ Durable"] [--rounds N] [--seconds S] [--rates 1000,3000] [--main] [--quick] [--write]
            system --lineup callers|guarantees [--only …] [--rounds N] [--seconds S]
            growth [--only routes,roles,rules,streams,requests,answers] [--rounds N] [--seconds S] [--quick] [--write]
            guard [--max RATIO]
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

static string Command(string[] args) =>
    "dotnet run -c Release --project tests/Sentinel.Benchmarks -- "
    + string.Join(' ', args.Select(arg => arg.Contains(' ', StringComparison.Ordinal) ? $"'{arg}'" : arg));
