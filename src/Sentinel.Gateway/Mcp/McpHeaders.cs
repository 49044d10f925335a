namespace Sentinel.Gateway.Mcp;

/// <summary>HTTP header names of MCP and of Sentinel.</summary>
internal static class McpHeaders
{
    public const string ProtocolVersion = "MCP-Protocol-Version";
    public const string SessionId = "Mcp-Session-Id";
    public const string Method = "Mcp-Method";
    public const string Name = "Mcp-Name";
    public const string LastEventId = "Last-Event-ID";

    public const string SentinelPrefix = "Sentinel-";
    public const string RequestId = "Sentinel-Request-Id";
    public const string Subject = "Sentinel-Subject";
    public const string Roles = "Sentinel-Roles";
    public const string ApiKey = "X-Api-Key";
}
