using Sentinel.Gateway.Exchange;
using Xunit;

namespace Sentinel.Gateway.Tests.Exchange;

public sealed class RequestIdsTests
{
    private static readonly DateTime Moment = new(2026, 11, 23, 12, 34, 56, 789, DateTimeKind.Utc);

    [Fact]
    public void Are_of_version_7_and_begin_with_the_moment()
    {
        var id = RequestIds.New(Moment);

        Assert.Equal((7, 8), (id.Version, id.Variant & 0xC));
        Assert.Equal(
            new DateTimeOffset(Moment).ToUnixTimeMilliseconds(),
            Convert.ToInt64(id.ToString("n")[..12], 16));
    }

    [Fact]
    public void Of_one_moment_all_differ_and_use_every_random_bit()
    {
        var ids = Enumerable.Range(0, 10_000).Select(_ => RequestIds.New(Moment).ToByteArray(bigEndian: true)).ToList();

        Assert.Equal(ids.Count, ids.Select(Convert.ToHexString).Distinct().Count());
        for (var bit = 48; bit < 128; bit++)
        {
            var isFixed = bit is >= 48 and < 52 or 64 or 65;
            var ones = ids.Count(id => (id[bit / 8] >> (7 - (bit % 8)) & 1) == 1);

            Assert.True(isFixed ? ones % ids.Count == 0 : ones is > 4000 and < 6000, $"bit {bit}: {ones} of {ids.Count}");
        }
    }

    [Fact]
    public void Sort_by_their_moment() =>
        Assert.True(
            string.CompareOrdinal(
                RequestIds.New(Moment).ToString(), RequestIds.New(Moment.AddMilliseconds(1)).ToString()) < 0);
}
