using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sentinel.Gateway.Authorization;
using Sentinel.Gateway.Authorization.Pinning;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Tests.Configuration;
using Sentinel.Tests.Shared;
using Xunit;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Tests.Authorization;

public sealed class AuthorizationTransformTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly CallLimiter _limiter = new(new TestClock());

    public void Dispose()
    {
        _limiter.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task The_transforms_of_one_exchange_may_run_again_and_take_its_token_and_slot_once()
    {
        var snapshot = await Reading.ReadValidAsync(Reading.File(
            """
            "Authentication": { "Anonymous": { "Roles": ["guest"] } },
            "Rbac": { "Roles": { "guest": { "Allow": ["*"] } } },
            "Limits": { "ToolCallsPerMinute": { "Default": 2 }, "ConcurrentCalls": 2 }
            """));
        var first = Context(snapshot);
        for (var i = 0; i < 5; i++)
        {
            await ApplyAsync(first);
        }

        var second = Context(snapshot);
        await ApplyAsync(second);
        var third = Context(snapshot);
        await ApplyAsync(third);

        Assert.Equal([200, 200, 429], [first.Response.StatusCode, second.Response.StatusCode, third.Response.StatusCode]);
        Assert.Equal("concurrency_limited", McpExchange.Of(third).Refusal!.Reason);
        McpExchange.Of(first).CallSlots!.Dispose();
        var fourth = Context(snapshot);
        await ApplyAsync(fourth);
        Assert.Equal("rate_limited", McpExchange.Of(fourth).Refusal!.Reason);
    }

    private static DefaultHttpContext Context(ConfigurationSnapshot snapshot)
    {
        var message = new McpMessage { Method = McpMethods.ToolsCall, Name = "a" };
        var context = new DefaultHttpContext();
        context.Features.Set(snapshot);
        context.Features.Set(new McpExchange(TimeProvider.System)
        {
            Caller = new Caller(Caller.AnonymousSubject, ["guest"]),
            Backend = "a",
            Message = message,
            Messages = [message],
            Calls = [new ToolCall(message, Guid.NewGuid(), "a", default)],
        });
        return context;
    }

    private ValueTask ApplyAsync(HttpContext context)
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        var transform = new AuthorizationTransform(
            new MethodMetrics(meters),
            _limiter,
            new LimitMetrics(meters),
            new PinnedCalls(new SeenTools(meters, NullLogger<SeenTools>.Instance)),
            Slots.Of(meters));
        return transform.ApplyAsync(new RequestTransformContext { HttpContext = context });
    }
}
