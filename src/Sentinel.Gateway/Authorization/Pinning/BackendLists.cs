using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Sentinel.Gateway.Configuration.Tls;
using Sentinel.Gateway.Mcp.Lists;

namespace Sentinel.Gateway.Authorization.Pinning;

/// <summary>Reads a backend's lists as an MCP client would, each item as the server spells it.</summary>
internal static class BackendLists
{
    private const int PagesMax = 1000;

    // A member that is there twice must not become one on the way.
    private static readonly JsonSerializerOptions Raw = new() { MaxDepth = 256 };

    /// <summary>
    /// Where a destination may take MCP messages: /mcp by convention, or the address itself.
    /// </summary>
    public static Uri[] Endpoints(Uri address) => [new(address.AbsoluteUri.TrimEnd('/') + "/mcp"), address];

    /// <summary>Connects to the first of a destination's endpoints that answers.</summary>
    /// <param name="address">The destination's address.</param>
    /// <param name="headers">What the gateway sends to this backend in the clients' place.</param>
    /// <param name="tls">Whom it trusts to be this backend, and as whom it presents itself.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="HttpRequestException">None answers as an MCP server; the message says how each did.</exception>
    public static async Task<McpClient> ConnectAsync(
        Uri address,
        IEnumerable<KeyValuePair<string, string>> headers,
        BackendTls? tls,
        CancellationToken cancellationToken)
    {
        var problem = "";
        foreach (var endpoint in Endpoints(address))
        {
            try
            {
                // The client disposes the transport, and that the HTTP client.
                var options = new HttpClientTransportOptions
                {
                    Endpoint = endpoint,
                    TransportMode = HttpTransportMode.AutoDetect,
                    AdditionalHeaders = new Dictionary<string, string>(headers),
                };
                var transport = new HttpClientTransport(
                    options, BackendTls.CreateClient(tls), loggerFactory: null, ownsHttpClient: true);
                return await McpClient.CreateAsync(transport, cancellationToken: cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                problem += $"{(problem.Length == 0 ? "" : "; ")}{endpoint}: {e.GetBaseException().Message}";
            }
        }

        throw new HttpRequestException(problem);
    }

    /// <summary>Every item of a list, page by page; none where the server has no such list.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ReadAsync(
        McpClient client,
        ListKind kind,
        CancellationToken cancellationToken)
    {
        if (!Offers(client, kind))
        {
            return [];
        }

        var items = new List<JsonElement>();
        string? cursor = null;
        for (var page = 0; page < PagesMax; page++)
        {
            var response = await client.SendRequestAsync(
                new JsonRpcRequest
                {
                    Method = ListKinds.Method(kind),
                    Params = cursor is null ? new JsonObject() : new JsonObject { ["cursor"] = cursor },
                },
                cancellationToken);
            var result = response.Result.Deserialize<JsonElement>(Raw);
            if (result.ValueKind == JsonValueKind.Object
                && result.TryGetProperty(ListKinds.ListKey(kind), out var list)
                && list.ValueKind == JsonValueKind.Array)
            {
                items.AddRange(list.EnumerateArray());
            }

            cursor = result.ValueKind == JsonValueKind.Object
                && result.TryGetProperty("nextCursor", out var next)
                && next.ValueKind == JsonValueKind.String
                    ? next.GetString()
                    : null;
            if (cursor is null)
            {
                break;
            }
        }

        return items;
    }

    private static bool Offers(McpClient client, ListKind kind) => kind switch
    {
        ListKind.Tools => client.ServerCapabilities.Tools is not null,
        ListKind.Prompts => client.ServerCapabilities.Prompts is not null,
        _ => client.ServerCapabilities.Resources is not null,
    };
}
