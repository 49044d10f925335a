using FsCheck;
using FsCheck.Fluent;
using Sentinel.Gateway.Forwarding.Destinations;
using Xunit;

namespace Sentinel.Gateway.Tests.Forwarding.Destinations;

/// <summary>Who goes where, and who moves when destinations come and go.</summary>
public sealed class RendezvousHashTests
{
    private const int Callers = 2000;

    [Fact]
    public void When_a_destination_goes_only_its_own_callers_move_and_when_it_is_back_they_return() =>
        Prop.ForAll(Sets(), Gen.Choose(0, 1000).ToArbitrary(), (names, index) =>
        {
            var gone = names[index % names.Length];
            var rest = names.Where(name => name != gone).ToArray();
            for (var i = 0; i < Callers; i++)
            {
                var before = Choose(names, i);
                if (before != gone && Choose(rest, i) != before)
                {
                    return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_destination_gets_about_its_share() =>
        Prop.ForAll(Sets(), names =>
        {
            var share = (double)Callers / names.Length;
            var counts = Enumerable.Range(0, Callers).CountBy(i => Choose(names, i)).ToDictionary();

            // Six standard deviations: by chance not once in a thousand million.
            var tolerance = 6 * Math.Sqrt(share);
            return names.All(name => Math.Abs(counts.GetValueOrDefault(name) - share) <= tolerance);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_in_which_destinations_are_listed_changes_nothing() =>
        Prop.ForAll(Sets(), names =>
        {
            var reversed = names.Reverse().ToArray();
            return Enumerable.Range(0, 100).All(i => Choose(names, i) == Choose(reversed, i));
        }).QuickCheckThrowOnFailure();

    // Replicas of different builds stand side by side in a rollout: the result is part of the contract.
    [Fact]
    public void Every_run_and_every_replica_comes_to_the_same_result() =>
        Assert.Equal(
            "aabacbbaaa",
            string.Concat(Enumerable.Range(0, 10).Select(i => Choose(["a", "b", "c"], i))));

    [Fact]
    public void Issuer_and_subject_together_are_the_caller()
    {
        ulong[] keys =
        [
            RendezvousHash.Key(null, "ab"), RendezvousHash.Key("", "ab"), RendezvousHash.Key("a", "b"),
            RendezvousHash.Key("ab", ""), RendezvousHash.Key("b", "a"), RendezvousHash.Key("i", "ab"),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    private static string Choose(string[] names, int caller)
    {
        var key = RendezvousHash.Key("https://idp.example.com", $"caller-{caller}");
        return names.MaxBy(name => RendezvousHash.Score(key, name))!;
    }

    private static Arbitrary<string[]> Sets() =>
        Gen.Choose(2, 12).Select(count => Enumerable.Range(1, count).Select(i => $"server-{i}").ToArray()).ToArbitrary();
}
