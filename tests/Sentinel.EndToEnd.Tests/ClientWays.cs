using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Every way in which the official client can talk to the sample server.</summary>
public static class ClientWays
{
    public static TheoryData<Era, Answers, Route> All { get; } =
    [
        .. from serving in Servings
        from route in RoutesOf(serving.Era)
        select new TheoryDataRow<Era, Answers, Route>(serving.Era, serving.Answers, route),
    ];

    public static TheoryData<Era, Route> WithEventStreams { get; } =
    [
        .. from era in Enum.GetValues<Era>()
        from route in RoutesOf(era)
        select new TheoryDataRow<Era, Route>(era, route),
    ];

    /// <summary>Those in which a server can speak up by itself.</summary>
    public static TheoryData<Era, Answers, Route> WithSessions { get; } =
    [
        .. from serving in Servings
        where serving.Era is Era.HttpSse or Era.Legacy
        from route in RoutesOf(serving.Era)
        select new TheoryDataRow<Era, Answers, Route>(serving.Era, serving.Answers, route),
    ];

    /// <summary>Those that lead through the gateway, to be compared with those that do not.</summary>
    public static TheoryData<Era, Answers> ThroughTheGateway { get; } =
    [
        .. from serving in Servings
        where RoutesOf(serving.Era).Contains(Route.Gateway)
        select new TheoryDataRow<Era, Answers>(serving.Era, serving.Answers),
    ];

    // HTTP+SSE has no other answers than events.
    private static IEnumerable<(Era Era, Answers Answers)> Servings =>
        from era in Enum.GetValues<Era>()
        from answers in Enum.GetValues<Answers>()
        where era is not Era.HttpSse || answers is Answers.Sse
        select (era, answers);

    private static Route[] RoutesOf(Era era) =>
        era is Era.HttpSse ? [Route.Direct] : [Route.Direct, Route.Gateway];
}
