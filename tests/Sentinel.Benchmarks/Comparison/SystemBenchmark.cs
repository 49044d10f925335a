using System.Net.Http.Headers;
using Sentinel.Benchmarks.Load;
using Sentinel.Benchmarks.Report;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>
/// What a call costs through the gateway, step by step, and through its opponents, in neighbouring rounds on one
/// machine.
/// </summary>
internal static class SystemBenchmark
{
    private const int Starts = 5;

    public static async Task<int> RunAsync(SystemOptions options, string command)
    {
        var machine = Machine.Describe();
        await using var field = await options.Lineup.StartAsync(options.Only);
        await RotatingRounds.WarmUpAsync(field.Contenders, Shapes.Small, options.Speed);
        var results = await MeasureAsync(field, options);
        var text = SystemTables.Write(results, field.Skipped);
        await Console.Out.WriteLineAsync($"{machine}\n\n{text}");
        if (options.Writes)
        {
            var page = new PerformancePage(machine, command);
            await page.WriteSystemAsync(results, text);
        }

        return 0;
    }

    private static async Task<ComparisonResult> MeasureAsync(Field field, SystemOptions options)
    {
        var duration = TimeSpan.FromSeconds(options.Seconds);
        var proxies = field.Contenders.Where(contender => contender.IsProxy).ToList();
        List<ShapeResult> shapes = [await RotatingRounds.MeasureAsync(proxies, Shapes.Small, options.Rounds, duration)];
        foreach (var shape in options.HasOthers ? Shapes.Others : [])
        {
            shapes.Add(await RotatingRounds.MeasureAsync(
                [.. proxies.Where(IsInOthers)], shape, options.OtherRounds, duration));
        }

        foreach (var shape in Shapes.AtRates(options.Rates))
        {
            shapes.Add(await RotatingRounds.MeasureAsync(field.Contenders, shape, options.Rounds, duration));
        }

        var recorded = await RotatingRounds.SettleAsync(field.Contenders);
        return new ComparisonResult(
            [.. field.Contenders.Select(contender => contender.Name)],
            options.Lineup.Baseline,
            shapes,
            recorded,
            options.Lineup == Lineup.System ? await StartsAsync(field) : []);
    }

    // What lies between is measured by the main shape.
    private static bool IsInOthers(Contender contender) =>
        contender.Name is not (Lineup.YarpAgain or Lineup.WithJwt or Lineup.BestEffort or Lineup.Strict);

    private static async Task<List<double>> StartsAsync(Field field)
    {
        var seconds = new List<double>();
        var guarantee = field.Postgres is null ? null : "Durable";
        var step = new GatewayStep(KnowsCallers: true, GatewayStep.ManyRoles, guarantee);
        using var http = new HttpClient();
        while (seconds.Count < Starts)
        {
            await using var gateway = await BenchmarkGateway.StartAsync(
                step, field.Backend.Url, field.Credentials, field.Postgres);
            using var request = new HttpRequestMessage(
                HttpMethod.Post, new Uri(gateway.Process.Url, $"{ToolCallBytes.Backend}/mcp"));
            request.Content = new StringContent(
                """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search_orders","arguments":{}}}""",
                new MediaTypeHeaderValue("application/json"));
            request.Headers.TryAddWithoutValidation(
                "Authorization", field.Credentials.Jwt["Authorization: ".Length..]);
            using var response = await http.SendAsync(request);
            response.EnsureSuccessStatusCode();
            seconds.Add(Machine.SecondsSinceStartOf(gateway.Process.Process.Id));
        }

        return seconds;
    }
}
