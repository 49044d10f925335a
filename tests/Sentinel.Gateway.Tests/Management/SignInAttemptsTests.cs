using System.Net;
using Sentinel.Gateway.Management.Viewers;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Management;

public sealed class SignInAttemptsTests
{
    private static readonly IPAddress Guesser = IPAddress.Parse("192.0.2.1");

    private readonly TestClock _clock = new();
    private readonly SignInAttempts _attempts;

    public SignInAttemptsTests() => _attempts = new SignInAttempts(_clock);

    [Fact]
    public void The_eleventh_failure_in_a_minute_waits_for_its_end()
    {
        Fail(Guesser, SignInAttempts.FailuresMax);
        _clock.Advance(TimeSpan.FromSeconds(20));

        Assert.False(_attempts.TryBegin(Guesser, out var seconds));
        Assert.Equal(40, seconds);
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.True(_attempts.TryBegin(Guesser, out _));
    }

    [Fact]
    public void Another_address_does_not_wait()
    {
        Fail(Guesser, SignInAttempts.FailuresMax);

        Assert.True(_attempts.TryBegin(IPAddress.Parse("192.0.2.2"), out _));
    }

    [Fact]
    public void A_success_takes_back_itself_and_not_the_failures_before_it()
    {
        Fail(Guesser, SignInAttempts.FailuresMax - 1);

        for (var i = 0; i < 100; i++)
        {
            Assert.True(_attempts.TryBegin(Guesser, out _));
            _attempts.Forgive(Guesser);
        }

        Fail(Guesser, 1);
        Assert.False(_attempts.TryBegin(Guesser, out _));
    }

    [Theory]
    [InlineData("::ffff:192.0.2.1")]
    public void An_address_in_another_spelling_is_the_same(string spelling)
    {
        Fail(Guesser, SignInAttempts.FailuresMax);

        Assert.False(_attempts.TryBegin(IPAddress.Parse(spelling), out _));
    }

    [Fact]
    public void All_of_an_IPv6_network_counts_as_one()
    {
        Fail(IPAddress.Parse("2001:db8:1:2::1"), SignInAttempts.FailuresMax);

        Assert.False(_attempts.TryBegin(IPAddress.Parse("2001:db8:1:2:ffff::9"), out _));
        Assert.True(_attempts.TryBegin(IPAddress.Parse("2001:db8:1:3::1"), out _));
    }

    [Fact]
    public void Many_at_once_are_no_way_around()
    {
        var begun = 0;

        Parallel.For(0, 200, _ =>
        {
            if (_attempts.TryBegin(Guesser, out var _))
            {
                Interlocked.Increment(ref begun);
            }
        });

        Assert.Equal(SignInAttempts.FailuresMax, begun);
    }

    private void Fail(IPAddress address, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.True(_attempts.TryBegin(address, out _));
        }
    }
}
