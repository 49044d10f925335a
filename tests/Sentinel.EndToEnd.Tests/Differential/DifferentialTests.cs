using System.Globalization;
using System.Text;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>
/// What the gateway authorized and recorded is what real servers executed, whatever the bytes; with the control that
/// the same bytes, sent straight to the same servers, do run what a careless reader does not see.
/// </summary>
public sealed class DifferentialTests(DifferentialRun run) : IClassFixture<DifferentialRun>
{
    private const int ExecutedMin = 100;
    private const int ShownMax = 40;

    public static TheoryData<Backend> Backends => [.. Enum.GetValues<Backend>()];

    [Fact]
    public async Task Servers_execute_a_hundred_and_more_of_the_hostile_bodies()
    {
        var table = new StringBuilder();
        var executed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var backend in Enum.GetValues<Backend>())
        {
            var (denied, direct, _) = await run.OfAsync(backend);
            var hostile = direct.Where(trial => !trial.Body.IsHarmless).ToList();
            var ran = hostile.Where(trial => trial.Executed.Count > 0).ToList();
            executed.UnionWith(ran.Select(trial => Convert.ToHexString(trial.Body.Bytes)));
            var ranDenied = ran.Count(trial => trial.Executed.Any(call => call.Tool == denied));
            table.Append(CultureInfo.InvariantCulture, $"\n{backend}: {hostile.Count} hostile requests, ")
                .Append(CultureInfo.InvariantCulture, $"{ran.Count} executed, {ranDenied} of them ran {denied}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{executed.Count} different bodies{table}");
        Assert.True(executed.Count >= ExecutedMin, $"Only {executed.Count} different bodies were executed:{table}");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_naive_reader_lets_the_denied_tool_run_unseen(Backend backend)
    {
        var (denied, direct, _) = await run.OfAsync(backend);

        var unseen = direct
            .Where(trial => trial.Body is { IsHarmless: false, IsFramed: true })
            .Select(trial => (trial, Seen: NaiveReader.Read(trial.Body)))
            .Where(pair => pair.Seen is null or { IsAllowed: true })
            .Where(pair => Findings(pair.trial.Executed, pair.Seen).Any())
            .Where(pair => pair.trial.Executed.Any(call => call.Tool == denied))
            .ToList();

        TestContext.Current.TestOutputHelper?.WriteLine($"{unseen.Count} of {direct.Count}");
        Assert.True(unseen.Count >= 5, $"The comparison found only {unseen.Count} of what {backend} ran unseen.");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_server_executes_what_was_authorized_and_recorded_and_nothing_else(Backend backend)
    {
        var (denied, _, through) = await run.OfAsync(backend);

        var findings = through.SelectMany(trial => Comparison.Findings(trial.Executed, trial.Recorded)
            .Concat(trial.Executed.Where(call => call.Tool == denied).Select(_ => $"{denied} ran"))
            .Select(finding => $"{trial.Body}: {finding}"));

        AssertNone(backend, findings);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_call_is_executed_under_the_request_id_of_its_row(Backend backend)
    {
        var (_, _, through) = await run.OfAsync(backend);

        var findings = through.SelectMany(trial => trial.Executed
            .Where(call => trial.Recorded.All(row => row.RequestId != call.SentinelRequestId))
            .Select(call => $"{trial.Body}: {call.SentinelRequestId} has no row"));

        AssertNone(backend, findings);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task What_reaches_no_server_is_refused_as_the_contract_says(Backend backend)
    {
        var (_, _, through) = await run.OfAsync(backend);

        var findings = through
            .Where(trial => !trial.HasReached)
            .Select(trial => (trial.Body, Fault: RefusalTable.Fault(trial.Body, trial.Answer)))
            .Where(pair => pair.Fault is not null)
            .Select(pair => $"{pair.Body}: {pair.Fault}");

        AssertNone(backend, findings);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_call_that_policy_denies_leaves_one_row_that_says_so(Backend backend)
    {
        var (_, _, through) = await run.OfAsync(backend);
        var denied = through
            .Where(trial => trial.Answer.Body.StartsWith('{')
                && trial.Answer.Body.Contains("\"rbac\"", StringComparison.Ordinal))
            .ToList();

        var findings = denied
            .Where(trial => trial.Recorded is not [{ IsAllowed: false }])
            .Select(trial => $"{trial.Body}: {string.Join(" | ", trial.Recorded)}");

        AssertNone(backend, findings);
        Assert.True(denied.Count >= 20, $"Only {denied.Count} calls were denied.");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task The_allowed_call_is_executed_in_every_dress(Backend backend)
    {
        var (_, direct, through) = await run.OfAsync(backend);

        var findings = direct.Zip(through)
            .Where(pair => pair.First.Body.IsHarmless && pair.First.Executed.Count != pair.Second.Executed.Count)
            .Select(pair => $"{pair.First.Body}: {pair.Second.Answer.Status} {pair.Second.Answer.Body}");

        AssertNone(backend, findings);
        var executed = through.Count(trial => trial.Body.IsHarmless && trial.Executed.Count > 0);
        Assert.True(executed >= 25, $"{backend} executed only {executed} harmless calls.");
    }

    [Fact]
    public void Every_request_of_the_corpus_has_a_name_of_its_own() =>
        Assert.Empty(Corpus.For("danger").GroupBy(body => body.Name).Where(same => same.Count() > 1)
            .Select(same => same.Key));

    private static IEnumerable<string> Findings(IEnumerable<SampleCall> executed, Recorded? seen) =>
        Comparison.Findings(executed, seen is null ? [] : [seen]);

    private static void AssertNone(Backend backend, IEnumerable<string> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, $"{backend}, {all.Count} findings:\n{string.Join('\n', all.Take(ShownMax))}");
    }
}
