using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Forwarding.Destinations;
using Xunit;

namespace Sentinel.Gateway.Tests.Forwarding.Destinations;

public sealed class CircuitTests
{
    private const int FailuresMax = 3;

    private readonly Circuit _circuit = new();
    private readonly List<bool> _changes = [];
    private bool _isOverdue;

    [Fact]
    public void Failures_in_a_row_open_it_and_an_answer_between_them_starts_the_count_anew()
    {
        Report(AttemptOutcome.Failed, AttemptOutcome.Failed, AttemptOutcome.Answered);
        Report(AttemptOutcome.Failed, AttemptOutcome.Failed);
        Assert.False(_circuit.IsOpen);

        Report(AttemptOutcome.Failed);

        Assert.True(_circuit.IsOpen);
        Assert.Equal([true], _changes);
    }

    [Fact]
    public void What_says_nothing_of_the_destination_neither_counts_nor_starts_the_count_anew()
    {
        Report(AttemptOutcome.Failed, AttemptOutcome.Unknown, AttemptOutcome.Failed, AttemptOutcome.Unknown);
        Assert.False(_circuit.IsOpen);

        Report(AttemptOutcome.Failed);

        Assert.True(_circuit.IsOpen);
    }

    [Fact]
    public void One_request_enters_and_no_other_until_it_has_ended()
    {
        Open();
        var trial = Exchange();

        Assert.True(Enter(trial));
        Assert.False(Enter(Exchange()));
        Report(trial, AttemptOutcome.Answered);

        Assert.False(_circuit.IsOpen);
        Assert.True(Enter(Exchange()));
        Assert.Equal([true, false], _changes);
    }

    [Fact]
    public void A_trial_that_fails_opens_it_again()
    {
        Open();
        var trial = Exchange();
        Enter(trial);

        Report(trial, AttemptOutcome.Failed);

        Assert.True(_circuit.IsOpen);
        Assert.Equal([true, true], _changes);
    }

    [Fact]
    public void A_trial_whose_client_leaves_makes_room_for_the_next()
    {
        Open();
        var trial = Exchange();
        Enter(trial);

        Report(trial, AttemptOutcome.Unknown);

        Assert.True(_circuit.IsOpen);
        Assert.True(Enter(Exchange()));
        Assert.Equal([true], _changes);
    }

    [Theory]
    [InlineData(AttemptOutcome.Answered)]
    [InlineData(AttemptOutcome.Failed)]
    [InlineData(AttemptOutcome.Unknown)]
    internal void Of_requests_from_before_it_opened_nothing_is_learned(AttemptOutcome outcome)
    {
        Open();
        Enter(Exchange());

        Report(outcome);

        Assert.True(_circuit.IsOpen);
        Assert.False(Enter(Exchange()));
        Assert.Equal([true], _changes);
    }

    [Fact]
    public void A_trial_that_takes_too_long_has_passed_if_its_answer_has_begun()
    {
        Open();
        var trial = Exchange();
        trial.FirstByteUs = 5;
        Enter(trial);
        _isOverdue = true;

        Assert.True(Enter(Exchange()));

        Assert.False(_circuit.IsOpen);
        Assert.Equal([true, false], _changes);
        Report(trial, AttemptOutcome.Failed);
        Assert.Equal(2, _changes.Count);
    }

    [Fact]
    public void A_trial_that_takes_too_long_without_an_answer_proves_nothing_and_hands_over_to_one_other()
    {
        Open();
        Enter(Exchange());
        _isOverdue = true;

        Assert.True(Enter(Exchange()));

        _isOverdue = false;
        Assert.False(Enter(Exchange()));
        Assert.True(_circuit.IsOpen);
        Assert.Equal([true], _changes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_answer_to_a_trial_closes_it_however_late(bool isReopened)
    {
        var (late, current) = EnterTwo();
        if (isReopened)
        {
            Report(current, AttemptOutcome.Failed);
        }

        Report(late, AttemptOutcome.Answered);

        Assert.False(_circuit.IsOpen);
        Assert.True(Enter(Exchange()));
    }

    [Fact]
    public void A_trial_that_was_handed_over_and_whose_client_leaves_changes_nothing()
    {
        var (late, current) = EnterTwo();

        Report(late, AttemptOutcome.Unknown);

        Assert.Equal([true], _changes);
        Assert.False(Enter(Exchange()));
        Report(current, AttemptOutcome.Failed);
        Assert.Equal([true, true], _changes);
    }

    [Fact]
    public void A_trial_that_fails_late_opens_it_again_and_those_begun_before_that_say_nothing_new()
    {
        var (late, current) = EnterTwo();

        Report(late, AttemptOutcome.Failed);

        Assert.Equal([true, true], _changes);
        var next = Exchange();
        Assert.True(Enter(next));
        Report(current, AttemptOutcome.Failed);
        Assert.Equal([true, true], _changes);
        Report(next, AttemptOutcome.Failed);
        Assert.Equal([true, true, true], _changes);
    }

    [Fact]
    public void A_trial_that_fails_late_says_nothing_once_a_newer_one_was_answered()
    {
        var (late, current) = EnterTwo();
        Report(current, AttemptOutcome.Answered);

        Report(late, AttemptOutcome.Failed);

        Assert.False(_circuit.IsOpen);
        Assert.Equal([true, false], _changes);
    }

    [Fact]
    public void An_answer_to_a_trial_of_an_earlier_outage_tells_nothing_of_this_one()
    {
        var (late, current) = EnterTwo();
        Report(current, AttemptOutcome.Answered);
        Open();

        Report(late, AttemptOutcome.Answered);

        Assert.True(_circuit.IsOpen);
    }

    [Fact]
    public void A_trial_of_another_destination_tells_nothing_of_this_one()
    {
        Open();
        var other = new Circuit();
        for (var i = 0; i < FailuresMax; i++)
        {
            other.Report(Exchange(), AttemptOutcome.Failed, FailuresMax, 0, _ => { });
        }

        var trial = Exchange();
        Assert.True(other.TryEnter(trial, 0, _ => false, _ => { }));
        Report(trial, AttemptOutcome.Answered);

        Assert.True(_circuit.IsOpen);
    }

    [Fact]
    public async Task Of_many_at_once_one_enters()
    {
        Open();

        var entered = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(_ => Task.Factory.StartNew(
                () => Enter(Exchange()), CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default)));

        Assert.Equal(1, entered.Count(isIn => isIn));
    }

    private static McpExchange Exchange() => new(TimeProvider.System);

    // The first is overdue.
    private (McpExchange Late, McpExchange Current) EnterTwo()
    {
        Open();
        var (late, current) = (Exchange(), Exchange());
        Enter(late);
        _isOverdue = true;
        Enter(current);
        _isOverdue = false;
        return (late, current);
    }

    private void Open() => Report([.. Enumerable.Repeat(AttemptOutcome.Failed, FailuresMax)]);

    private void Report(params AttemptOutcome[] outcomes) =>
        Array.ForEach(outcomes, outcome => Report(Exchange(), outcome));

    private void Report(McpExchange exchange, AttemptOutcome outcome) =>
        _circuit.Report(exchange, outcome, FailuresMax, 0, _changes.Add);

    private bool Enter(McpExchange exchange) => _circuit.TryEnter(exchange, 0, _ => _isOverdue, _changes.Add);
}
