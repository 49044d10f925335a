using System.Globalization;
using Sentinel.Benchmarks.Comparison;
using Sentinel.Benchmarks.Load;
using Sentinel.Benchmarks.Processes;
using Sentinel.Benchmarks.Report;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Growth;

/// <summary>Routes, roles and rules: a gateway of each size in neighbouring rounds, against the smallest.</summary>
internal static class PolicyGrowth
{
    /// <summary>Calls go over as many of the routes as there are clients, from the first to the last.</summary>
    public static async Task<GrowthTable> RoutesAsync(Field field, GrowthOptions options)
    {
        var seconds = new Dictionary<int, double>();
        foreach (var size in options.Sizes())
        {
            var name = size.ToString("N0", CultureInfo.InvariantCulture);
            var yarp = await Opponent.StartAsync(
                "yarp", field.Backend.Url.AbsoluteUri, size.ToString(CultureInfo.InvariantCulture));
            field.Add(new Contender($"YARP {name}", Endpoint(yarp.Url, 0), [yarp.Process.Id], yarp)
            {
                Endpoints = Endpoints(yarp.Url, size),
            });
            var gateway = await BenchmarkGateway.StartAsync(
                new GatewayStep(KnowsCallers: false, Roles: 0),
                field.Backend.Url,
                field.Credentials,
                postgres: null,
                config => AddRoutes(config, field.Backend.Url, size));
            var pid = gateway.Process.Process.Id;
            seconds[size] = Machine.SecondsSinceStartOf(pid);
            field.Add(new Contender($"Sentinel {name}", Endpoint(gateway.Process.Url, 0), [pid], gateway)
            {
                Endpoints = Endpoints(gateway.Process.Url, size),
            });
        }

        var shape = await MeasureAsync(field, options);
        var table = new MarkdownTable(
            "routes", "YARP", "ratio to the fewest", "Sentinel", "ratio to the fewest", "Sentinel's RSS", "YARP's",
            "starts in");
        foreach (var size in options.Sizes())
        {
            var name = size.ToString("N0", CultureInfo.InvariantCulture);
            table.Add(
                name,
                Cpu(shape, $"YARP {name}"),
                Ratio(shape, $"YARP {name}", "YARP 10"),
                Cpu(shape, $"Sentinel {name}"),
                Ratio(shape, $"Sentinel {name}", "Sentinel 10"),
                Rss(shape, $"Sentinel {name}"),
                Rss(shape, $"YARP {name}"),
                Invariant($"{seconds[size]:F1} s"));
        }

        return new GrowthTable($"**Routes**, each with a backend of its own; nobody is asked who they are:\n\n{table}");
    }

    /// <summary>Roles of twenty rules; the caller has three of them.</summary>
    public static Task<GrowthTable> RolesAsync(Field field, GrowthOptions options) => PolicyAsync(
        field,
        options,
        "roles",
        "**Roles**, of twenty rules each and one that denies; the caller has three of them:",
        size => new GatewayStep(KnowsCallers: true, Roles: size));

    /// <summary>One role of many rules.</summary>
    public static Task<GrowthTable> RulesAsync(Field field, GrowthOptions options) => PolicyAsync(
        field,
        options,
        "rules",
        "**Rules** of the caller's one role:",
        size => new GatewayStep(KnowsCallers: true, Roles: 1, RulesPerRole: size));

    private static async Task<GrowthTable> PolicyAsync(
        Field field,
        GrowthOptions options,
        string what,
        string heading,
        Func<int, GatewayStep> step)
    {
        var seconds = new Dictionary<int, double>();
        foreach (var size in options.Sizes())
        {
            var gateway = await BenchmarkGateway.StartAsync(
                step(size), field.Backend.Url, field.Credentials, postgres: null);
            seconds[size] = Machine.SecondsSinceStartOf(gateway.Process.Process.Id);
            field.Add(Contender.Sentinel(
                gateway, size.ToString("N0", CultureInfo.InvariantCulture), ToolCallBytes.ApiKeyHeader));
        }

        var shape = await MeasureAsync(field, options);
        var table = new MarkdownTable(what, "CPU per call", "ratio to the fewest", "RSS", "starts in");
        foreach (var size in options.Sizes())
        {
            var name = size.ToString("N0", CultureInfo.InvariantCulture);
            table.Add(
                name,
                Cpu(shape, name),
                Ratio(shape, name, "10"),
                Rss(shape, name),
                Invariant($"{seconds[size]:F1} s"));
        }

        return new GrowthTable($"{heading}\n\n{table}");
    }

    private static async Task<ShapeResult> MeasureAsync(Field field, GrowthOptions options)
    {
        await RotatingRounds.WarmUpAsync(field.Contenders, Shapes.Small, options.Speed);
        return await RotatingRounds.MeasureAsync(field.Contenders, Shapes.Small, options.Rounds, options.Duration);
    }

    private static void AddRoutes(ProxyConfig config, Uri backend, int routes)
    {
        for (var i = 0; i < routes; i++)
        {
            config.Backend(ManyRoutes.Name(i), backend);
        }
    }

    private static List<Uri> Endpoints(Uri origin, int routes) =>
        [.. Enumerable.Range(0, Shapes.Small.Connections).Select(i => Endpoint(origin, (int)((long)i * routes / 32)))];

    private static Uri Endpoint(Uri origin, int route) => new(origin, $"{ManyRoutes.Name(route)}/mcp");

    private static string Cpu(ShapeResult shape, string name) =>
        Invariant($"{shape.Median(name, round => round.CpuUs):F1} µs");

    private static string Ratio(ShapeResult shape, string name, string baseline) =>
        Invariant($"{shape.Ratios(name, baseline, round => round.CpuUs).Median:F3}");

    private static string Rss(ShapeResult shape, string name) =>
        Invariant($"{shape.Median(name, round => round.RssMegabytes):F0} MB");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
