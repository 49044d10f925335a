using Microsoft.AspNetCore.Http.Features;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Exchange;

/// <summary>One HTTP request and its response inside Sentinel: what the stages tell each other.</summary>
internal sealed class McpExchange(TimeProvider time)
{
    public const string UnknownBackend = "unknown";

    private readonly long _startedAt = time.GetTimestamp();
    private Guid _requestId;
    private string? _requestIdText;

    /// <summary>When the request arrived, in UTC.</summary>
    public DateTime Timestamp { get; } = time.GetUtcNow().UtcDateTime;

    /// <summary>UUIDv7 of the call, made when first asked for.</summary>
    public Guid RequestId => _requestId != Guid.Empty
        ? _requestId
        : _requestId = Guid.CreateVersion7(new DateTimeOffset(Timestamp));

    /// <summary>The same as headers carry it.</summary>
    public string RequestIdText => _requestIdText ??= RequestId.ToString();

    /// <summary>Who asks; null until authenticated.</summary>
    public Caller? Caller { get; set; }

    /// <summary>The backend's id.</summary>
    public string Backend { get; set; } = UnknownBackend;

    /// <summary>The route's id.</summary>
    public string? Route { get; set; }

    /// <summary>Whether the body has been read, with or without a fault.</summary>
    public bool IsInspected { get; set; }

    /// <summary>What the body says; null until read.</summary>
    public McpMessage? Message { get; set; }

    /// <summary>The tools/call in the body, if it is one.</summary>
    public ToolCall? Call { get; set; }

    /// <summary>The body's size in bytes.</summary>
    public long RequestBytes { get; set; }

    /// <summary>What the policy said.</summary>
    public Decision? Decision { get; set; }

    /// <summary>The answer that Sentinel gave itself, if it did.</summary>
    public Refusal? Refusal { get; set; }

    /// <summary>Spent before forwarding, in microseconds; null if nothing was forwarded.</summary>
    public long? GatewayUs { get; set; }

    /// <summary>To the backend's first byte, in microseconds; null if there was none.</summary>
    public long? FirstByteUs { get; set; }

    /// <summary>To the response message, in microseconds; null if it was not seen.</summary>
    public long? AnsweredUs { get; set; }

    /// <summary>What the response message said; null if it was not seen.</summary>
    public Answer? Answer { get; set; }

    /// <summary>Why the answer could not be read; null where it could.</summary>
    public string? UnreadableAnswer { get; set; }

    /// <summary>The response body's size so far, in bytes.</summary>
    public long ResponseBytes { get; set; }

    /// <summary>Since arrival, in microseconds.</summary>
    public long ElapsedUs => (long)time.GetElapsedTime(_startedAt).TotalMicroseconds;

    /// <summary>The exchange of a request that has passed the first stage.</summary>
    public static McpExchange Of(HttpContext context) => context.Features.GetRequiredFeature<McpExchange>();
}
