namespace Sentinel.Gateway.Management.Api;

/// <summary>Every address of the API, in one list: what is not here is not answered.</summary>
internal sealed class ApiEndpoints(
    SessionAnswers session,
    CallAnswers calls,
    LiveAnswer live,
    ExportAnswer export,
    StatisticsAnswer statistics,
    VerifyAnswer verify,
    MatrixAnswer matrix,
    BackendsAnswer backends,
    StatusAnswer status)
{
    // A fixed path stands before an open one that would take it.
    public IReadOnlyList<ApiEndpoint> All { get; } =
    [
        new("POST", "/api/session", session.SignInAsync, NeedsViewer: false),
        new("GET", "/api/session", SessionAnswers.ShowAsync),
        new("DELETE", "/api/session", session.SignOutAsync),
        new("GET", "/api/calls", calls.ListAsync),
        new("GET", "/api/calls/live", live.AnswerAsync),
        new("GET", "/api/calls/export", export.AnswerAsync),
        new("GET", "/api/calls/{request_id}", calls.ShowAsync),
        new("GET", "/api/stats", statistics.AnswerAsync),
        new("GET", "/api/verify", verify.AnswerAsync),
        new("GET", "/api/policy", PolicyAnswer.AnswerAsync),
        new("GET", "/api/policy/matrix", matrix.AnswerAsync),
        new("GET", "/api/policy/explain", ExplainAnswer.AnswerAsync),
        new("GET", "/api/backends", backends.AnswerAsync),
        new("GET", "/api/status", status.AnswerAsync),
    ];

    /// <summary>The endpoint, and what the open part of its path holds; or why there is none.</summary>
    public (ApiEndpoint? Endpoint, string Value, ApiError? Error) Find(string method, string path)
    {
        var methods = new List<string>();
        foreach (var endpoint in All)
        {
            if (endpoint.Match(path) is not { } value)
            {
                continue;
            }

            if (endpoint.Method == method)
            {
                return (endpoint, value, null);
            }

            methods.Add(endpoint.Method);
        }

        var error = methods.Count == 0
            ? ApiError.NotFound
            : ApiError.MethodNotAllowed(string.Join(", ", methods.Distinct()));
        return (null, "", error);
    }
}
