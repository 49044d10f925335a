using System.Diagnostics;
using Sentinel.Gateway.Mcp;

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

    /// <summary>UUIDv7 of the request and its first call, made when first asked for.</summary>
    public Guid RequestId => _requestId != Guid.Empty ? _requestId : _requestId = NewRequestId();

    /// <summary>The same as headers carry it.</summary>
    public string RequestIdText => _requestIdText ??= RequestId.ToString();

    /// <summary>Its span; null while there is none, and where no trace is made.</summary>
    public Activity? Span { get; set; }

    /// <summary>Who asks; null until authenticated.</summary>
    public Caller? Caller { get; set; }

    /// <summary>Why there is no caller; null where there is one.</summary>
    public LoginFailure? LoginFailure { get; set; }

    /// <summary>The backend's id.</summary>
    public string Backend { get; set; } = UnknownBackend;

    /// <summary>The route's id.</summary>
    public string? Route { get; set; }

    /// <summary>Whether the body has been read, with or without a fault.</summary>
    public bool IsInspected { get; set; }

    /// <summary>Whether the policy has let the body pass.</summary>
    public bool IsAuthorized { get; set; }

    /// <summary>What the body says, message by message; empty until read.</summary>
    public McpMessage[] Messages { get; set; } = [];

    /// <summary>The message that is the whole body; null for an array.</summary>
    public McpMessage? Message { get; set; }

    /// <summary>Of a batch, why each message is refused, null for an innocent one; null for no batch.</summary>
    public Refusal?[]? BatchRefusals { get; set; }

    /// <summary>
    /// The tools/calls in the body; and the reads of prompts and resources, until it is known that they leave no row.
    /// </summary>
    public ToolCall[] Calls { get; set; } = [];

    /// <summary>The revision that the request names, in <c>_meta</c> or its header.</summary>
    public string? ProtocolVersion { get; set; }

    /// <summary>The body's size in bytes.</summary>
    public long RequestBytes { get; set; }

    /// <summary>The answer that Sentinel gave itself, if it did.</summary>
    public Refusal? Refusal { get; set; }

    /// <summary>What the calls occupy until their response has ended; null where nothing limits that.</summary>
    public IDisposable? CallSlots { get; set; }

    /// <summary>Spent before forwarding, in microseconds; null if nothing was forwarded.</summary>
    public long? GatewayUs { get; set; }

    /// <summary>To the backend's first byte, in microseconds; null if there was none.</summary>
    public long? FirstByteUs { get; set; }

    /// <summary>Why the answer could not be read; null where it could.</summary>
    public string? UnreadableAnswer { get; set; }

    /// <summary>The response body's size so far, in bytes.</summary>
    public long ResponseBytes { get; set; }

    /// <summary>
    /// Where an HTTP+SSE server takes messages: path and query on the client's side, unsealed; null until the client
    /// was told.
    /// </summary>
    public string? MessageEndpoint { get; set; }

    /// <summary>
    /// Whether events of the answer carried ids, so that the client may fetch the rest on another stream.
    /// </summary>
    public bool IsResumable { get; set; }

    /// <summary>Whether it is a listening stream: it carries what the server says unasked, and no call.</summary>
    public bool IsStream { get; set; }

    /// <summary>What its caller holds for it; of the limits by caller.</summary>
    public HeldSlot CallerSlot { get; set; }

    /// <summary>The answer, where it is one that may end early; null for another.</summary>
    public IStoppableAnswer? StoppableAnswer { get; set; }

    /// <summary>Whether the stop of the gateway has ended it.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Which outage of a destination it tries the end of; null for none.</summary>
    public object? Outage { get; set; }

    /// <summary>Its place among those under way; theirs alone.</summary>
    public RunningLink Running { get; set; }

    /// <summary>Since arrival, in microseconds.</summary>
    public long ElapsedUs => (long)time.GetElapsedTime(_startedAt).TotalMicroseconds;

    /// <summary>The exchange of a request that has passed the first stage.</summary>
    /// <remarks>By the indexer: <c>Get</c> is a generic method of an interface, whose calls cost a look-up.</remarks>
    public static McpExchange Of(HttpContext context) => (McpExchange)context.Features[typeof(McpExchange)]!;

    /// <summary>The call that a message is; null for another message.</summary>
    public ToolCall? CallOf(McpMessage message)
    {
        foreach (var call in Calls)
        {
            if (call.Message == message)
            {
                return call;
            }
        }

        return null;
    }

    /// <summary>UUIDv7 for a further call of the same request.</summary>
    public Guid NewRequestId() => RequestIds.New(Timestamp);
}

/// <summary>What of its limits a caller holds for an exchange.</summary>
internal enum HeldSlot
{
    None,
    Request,
    Stream,
}
