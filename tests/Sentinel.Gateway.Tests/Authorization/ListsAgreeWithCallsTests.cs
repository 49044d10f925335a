using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sentinel.Gateway.Authorization;
using Sentinel.Gateway.Authorization.Lists;
using Sentinel.Gateway.Authorization.Pinning;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Mcp.Lists;
using Sentinel.Gateway.Tests.Configuration;
using Sentinel.Tests.Shared;
using Xunit;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Tests.Authorization;

/// <summary>Whatever the policy, a list shows exactly the tools that can be called.</summary>
public sealed class ListsAgreeWithCallsTests : IDisposable
{
    private const int Policies = 150;
    private const int NamesOfEach = 60;

    private static readonly string[] Parts =
        ["get", "Get", "list", "delete", "_", "-", ".", "/", "ſ", "K", "s", "k", "*", "?", "é", "\u0007", "\u200B", "😀", "\"", " "];

    private static readonly string[] Patterns =
        ["*", "a/*", "b/*", "*/get*", "a/get_list", "a/GET*", "a/*s*", "a/*k", "A/*", "a/list*", "*/*delete*", "a/?", "a/.*"];

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task A_list_shows_exactly_what_can_be_called()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var hidden = 0;
        var shown = 0;
        for (var i = 0; i < Policies; i++)
        {
            var snapshot = await SnapshotAsync(random);
            var names = Enumerable.Range(0, NamesOfEach).Select(_ => Name(random)).Distinct().ToList();

            var visible = Visible(snapshot, names);

            foreach (var name in names)
            {
                var isCallable = await IsCallableAsync(snapshot, name, """{}""")
                    || await IsCallableAsync(snapshot, name, """{"n":1}""");
                Assert.True(
                    isCallable == visible.Contains(name),
                    $"seed {seed}, policy {i}: {JsonSerializer.Serialize(name)} can be called: {isCallable}");
                shown += isCallable ? 1 : 0;
                hidden += isCallable ? 0 : 1;
            }
        }

        Assert.True(shown > 1000 && hidden > 1000, $"seed {seed}: {shown} shown, {hidden} hidden");
    }

    private static HashSet<string> Visible(ConfigurationSnapshot snapshot, List<string> names)
    {
        var (context, exchange) = Exchange(snapshot, """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""");
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var view = ListView.Of(context, exchange!, Seen(services));
        var tools = new JsonArray([.. names.Select(name => new JsonObject { ["name"] = name })]);
        var body = Encoding.UTF8.GetBytes($$$"""{"id":1,"result":{"tools":{{{tools.ToJsonString()}}}}}""");
        if (view is null)
        {
            return [.. names.Where(IsCarriedByCalls)];
        }

        var edit = ListEditor.Edit(body, view.Shows);
        Assert.True(edit.IsReadable);
        return [.. JsonNode.Parse(edit.Bytes ?? body)!["result"]!["tools"]!.AsArray().Select(t => t!["name"]!.GetValue<string>())];
    }

    // Of a list that passes as it came, these are shown and no call of theirs is taken.
    private static bool IsCarriedByCalls(string name) => !name.Contains('\u0007');

    private async Task<bool> IsCallableAsync(ConfigurationSnapshot snapshot, string name, string arguments)
    {
        var parameters = new JsonObject { ["name"] = name, ["arguments"] = JsonNode.Parse(arguments) };
        var (context, exchange) = Exchange(
            snapshot, $$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{parameters.ToJsonString()}}}""");
        if (exchange is null)
        {
            return false;
        }

        var meters = _services.GetRequiredService<IMeterFactory>();
        var transform = new AuthorizationTransform(
            new MethodMetrics(meters),
            new CallLimiter(new TestClock()),
            new LimitMetrics(meters),
            new PinnedCalls(Seen(_services)),
            Slots.Of(meters));
        await transform.ApplyAsync(new RequestTransformContext { HttpContext = context });
        return exchange.IsAuthorized;
    }

    // Null where the strict reader does not take the body.
    private static (HttpContext Context, McpExchange? Exchange) Exchange(ConfigurationSnapshot snapshot, string body)
    {
        if (MessageReader.Read(Encoding.UTF8.GetBytes(body), out var message) is not null)
        {
            return (new DefaultHttpContext(), null);
        }

        var exchange = new McpExchange(TimeProvider.System)
        {
            Caller = new Caller("someone", snapshot.Sentinel.Rbac.Roles.Keys),
            Backend = "a",
            Message = message,
            Messages = [message],
            Calls = message.IsToolCall ? [new ToolCall(message, Guid.NewGuid(), message.Name!, default)] : [],
        };
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Request.ContentLength = context.Request.Body.Length;
        context.Response.Body = new MemoryStream();
        context.Features.Set(exchange);
        context.Features.Set(snapshot);
        return (context, exchange);
    }

    private static SeenTools Seen(ServiceProvider services) =>
        new(services.GetRequiredService<IMeterFactory>(), NullLogger<SeenTools>.Instance);

    private static Task<ConfigurationSnapshot> SnapshotAsync(Random random)
    {
        var roles = new JsonObject();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            roles[$"r{i}"] = new JsonObject
            {
                ["Allow"] = WithArguments(random, Choose(random, random.Next(0, 4))),
                ["Deny"] = Choose(random, random.Next(0, 3) / 2, withStar: false),
            };
        }

        var rbac = new JsonObject
        {
            ["Roles"] = roles,
            ["Disabled"] = Choose(random, random.Next(0, 4) / 3, withStar: false),
        };
        return Reading.ReadValidAsync(Reading.OpenFile($"\"Rbac\": {rbac.ToJsonString()}"));
    }

    private static JsonArray Choose(Random random, int count, bool withStar = true) =>
        [.. Enumerable.Range(0, count).Select(_ => (JsonNode)Patterns[random.Next(withStar ? 0 : 3, Patterns.Length)])];

    // Some grants ask for an argument that a call may carry.
    private static JsonArray WithArguments(Random random, JsonArray patterns) =>
        [.. patterns.Select(pattern => random.Next(3) > 0 || pattern!.GetValue<string>() == "*"
            ? pattern!.DeepClone()
            : new JsonObject
            {
                ["Tool"] = pattern!.DeepClone(),
                ["Arguments"] = new JsonObject { ["n"] = new JsonObject { ["Max"] = 3 } },
            })];

    private static string Name(Random random) => random.Next(8) switch
    {
        0 => "get_list",
        1 => "Get_List",
        _ => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Parts[random.Next(Parts.Length)])),
    };
}
