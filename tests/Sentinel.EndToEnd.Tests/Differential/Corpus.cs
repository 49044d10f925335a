namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>Every request that the servers and the gateway are asked to agree about.</summary>
internal static class Corpus
{
    public static IReadOnlyList<HostileBody> For(string denied)
    {
        var aim = new Aim(denied);
        return
        [
            .. KeyFamilies.All(aim),
            .. ShapeFamilies.All(aim),
            .. TextFamilies.All(aim),
            .. BatchFamilies.All(aim),
            .. HeaderFamilies.All(aim),
            .. FramingFamilies.All(aim),
            .. HarmlessFamily.All().Select(body => body with { IsHarmless = true, Id = null }),
        ];
    }
}
