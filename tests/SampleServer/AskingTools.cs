using System.ComponentModel;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Sentinel.Gateway.Cli.Demo;

namespace Sentinel.SampleServer;

/// <summary>
/// Tools that need something of the client before they can answer. Up to 2025-11-25 they ask during the call;
/// from 2026-07-28 on they answer that input is required, and are called again with it.
/// </summary>
internal static class AskingTools
{
    private const string InputKey = "input";

    public static IEnumerable<McpServerTool> All() =>
        [
            SampleTools.Tool("ask_model", AskModelAsync),
            SampleTools.Tool("ask_user", AskUserAsync),
            SampleTools.Tool("list_roots", ListRootsAsync),
        ];

    [Description("Asks the client's model, and answers with what it said.")]
    private static async Task<string> AskModelAsync(
        RequestContext<CallToolRequestParams> request,
        string question,
        CancellationToken cancellationToken
    )
    {
        var asked = new CreateMessageRequestParams
        {
            MaxTokens = 100,
            Messages = [new() { Role = Role.User, Content = [new TextContentBlock { Text = question }] }],
        };
        var answer = IsAlone(request)
            ? Given(request, InputRequest.ForSampling(asked)).Deserialize(InputResponse.CreateMessageResultJsonTypeInfo)
            : await request.Server.SampleAsync(asked, cancellationToken);
        return $"{answer?.Model}: {answer?.Content.OfType<TextContentBlock>().SingleOrDefault()?.Text}";
    }

    [Description("Asks the client's user, and answers with what they decided.")]
    private static async Task<string> AskUserAsync(
        RequestContext<CallToolRequestParams> request,
        string question,
        CancellationToken cancellationToken
    )
    {
        var asked = new ElicitRequestParams
        {
            Message = question,
            RequestedSchema = new()
            {
                Properties = { ["name"] = new ElicitRequestParams.StringSchema { Title = "Name" } },
            },
        };
        var answer = IsAlone(request)
            ? Given(request, InputRequest.ForElicitation(asked)).Deserialize(InputResponse.ElicitResultJsonTypeInfo)
            : await request.Server.ElicitAsync(asked, cancellationToken);
        return $"{answer?.Action}: {answer?.Content?["name"].GetString()}";
    }

    [Description("Answers with the folders that the client shows to servers.")]
    private static async Task<string> ListRootsAsync(
        RequestContext<CallToolRequestParams> request,
        CancellationToken cancellationToken
    )
    {
        var asked = new ListRootsRequestParams();
        var answer = IsAlone(request)
            ? Given(request, InputRequest.ForRootsList(asked)).Deserialize(InputResponse.ListRootsResultJsonTypeInfo)
            : await request.Server.RequestRootsAsync(asked, cancellationToken);
        return string.Join(' ', answer?.Roots.Select(root => root.Uri) ?? []);
    }

    // Without a session there is nobody to send a request to.
    private static bool IsAlone(RequestContext<CallToolRequestParams> request) =>
        !request.Items.ContainsKey(McpEndpoint.SessionTransport);

    // Not a protocol error but an answer: the SDK makes the exception into a result that asks for the input.
    private static InputResponse Given(RequestContext<CallToolRequestParams> request, InputRequest asked)
    {
        var state = $"{request.Params.Name} waits";
        if (request.Params.InputResponses?.TryGetValue(InputKey, out var given) is not true)
        {
            throw new InputRequiredException(new Dictionary<string, InputRequest> { [InputKey] = asked }, state);
        }

        return request.Params.RequestState == state
            ? given
            : throw new McpProtocolException("The state came back changed.", McpErrorCode.InvalidParams);
    }
}
