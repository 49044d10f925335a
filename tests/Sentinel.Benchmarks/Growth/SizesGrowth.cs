using Sentinel.Benchmarks.Comparison;
using Sentinel.Benchmarks.Load;
using Sentinel.Benchmarks.Report;

namespace Sentinel.Benchmarks.Growth;

/// <summary>Longer requests and longer answers, against bare YARP in the rounds beside them.</summary>
internal static class SizesGrowth
{
    private const int Clients = 4;
    private const int Kilobyte = 1024;
    private const int Megabyte = 1024 * 1024;

    // Up to what the gateway takes unless it is told otherwise.
    private static readonly (string Name, int Bytes)[] Requests =
    [
        ("1 KB", Kilobyte), ("16 KB", 16 * Kilobyte), ("64 KB", 64 * Kilobyte), ("256 KB", 256 * Kilobyte),
        ("1 MB", Megabyte), ("4 MB", 4 * Megabyte),
    ];

    private static readonly (string Name, long Bytes)[] Answers =
    [
        ("1 KB", Kilobyte), ("64 KB", 64 * Kilobyte), ("1 MB", Megabyte), ("10 MB", 10 * Megabyte),
        ("100 MB", 100 * Megabyte),
    ];

    public static async Task<GrowthTable> RequestsAsync(Field field, GrowthOptions options)
    {
        var shapes = Requests.Select(size => new Shape(size.Name, Clients, size.Bytes));
        return new GrowthTable(
            "**Requests** of many small records, four clients:\n\n"
            + await MeasureAsync(field, options, "a request", shapes));
    }

    public static async Task<GrowthTable> AnswersAsync(Field field, GrowthOptions options)
    {
        var shapes = Answers.Select(size => new Shape(size.Name, Clients, Answer: new WantedAnswer(0, size.Bytes)));
        return new GrowthTable(
            "**Answers** of one long text, four clients:\n\n"
            + await MeasureAsync(field, options, "an answer", shapes));
    }

    private static async Task<MarkdownTable> MeasureAsync(
        Field field,
        GrowthOptions options,
        string what,
        IEnumerable<Shape> shapes)
    {
        await field.AddYarpAsync(Lineup.Yarp);
        var rbac = new GatewayStep(KnowsCallers: true, GatewayStep.ManyRoles);
        await field.AddSentinelAsync(Lineup.WithRbac, rbac, field.Credentials.Jwt);
        await field.AddSentinelAsync(Lineup.Durable, rbac with { Guarantee = "Durable" }, field.Credentials.Jwt);
        await RotatingRounds.WarmUpAsync(field.Contenders, Shapes.Small, options.Speed);
        var names = field.Contenders.Select(contender => contender.Name).ToList();
        var table = new MarkdownTable(
            [what, .. names.SelectMany(name => new[] { name, "ratio", "peak" }).Where((_, i) => i != 1)]);
        foreach (var shape in shapes)
        {
            var result = await RotatingRounds.MeasureAsync(field.Contenders, shape, options.Rounds, options.Duration);
            table.Add([shape.Name, .. names.SelectMany(name => Cells(result, name))]);
        }

        return table;
    }

    private static IEnumerable<string> Cells(ShapeResult result, string name)
    {
        yield return FormattableString.Invariant($"{result.Median(name, round => round.CpuUs):N0} µs");
        if (name != Lineup.Yarp)
        {
            var ratio = result.Ratios(name, Lineup.Yarp, round => round.CpuUs).Median;
            yield return FormattableString.Invariant($"{ratio:F2}");
        }

        yield return FormattableString.Invariant($"{result.Median(name, round => round.PeakMegabytes):F0} MB");
    }
}
