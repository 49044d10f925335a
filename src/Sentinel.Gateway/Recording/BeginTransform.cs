using Sentinel.Audit;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Recording;

/// <summary>
/// A request transform, after everything that could refuse: no byte of a call leaves before its guarantee is met.
/// </summary>
internal sealed class BeginTransform : RequestTransform
{
    private readonly CallRecorder _recorder;
    private readonly bool _isNeeded;
    private readonly TargetPattern[] _strictFor;

    public BeginTransform(CallRecorder recorder, ConfigurationSource configuration)
    {
        var audit = configuration.AtStart.Sentinel.Audit;
        _recorder = recorder;
        _strictFor = [.. audit.StrictFor.Select(pattern => TargetPattern.Parse(pattern, null))];
        _isNeeded = recorder.IsEnabled && (audit.Guarantee != AuditGuarantee.BestEffort || _strictFor.Length > 0);
    }

    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var exchange = McpExchange.Of(context.HttpContext);
        return _isNeeded && exchange.Calls.Length > 0 ? BeginAsync(context.HttpContext, exchange) : default;
    }

    private async ValueTask BeginAsync(HttpContext context, McpExchange exchange)
    {
        var recordsReads = ConfigurationSnapshot.Of(context).Sentinel.Audit.RecordReads;
        var mayForward = true;
        foreach (var call in exchange.Calls)
        {
            // The transforms run again where a connection failed and another destination is tried.
            if (call.Begun is null && (call.Kind == TargetKind.Tool || recordsReads))
            {
                var entry = EntryBuilder.Begin(context, exchange, call);
                var begun = await _recorder.BeginAsync(entry, IsStrict(exchange, call));
                call.Begun = begun.Entry;
                mayForward &= begun.MayForward;
            }
        }

        if (!mayForward)
        {
            await RefusalWriter.WriteAsync(context, Refusal.AuditUnavailable);
        }
    }

    private bool IsStrict(McpExchange exchange, ToolCall call)
    {
        foreach (var pattern in _strictFor)
        {
            if (pattern.Kind == call.Kind && pattern.MatchesFolded(exchange.Backend, call.ToolName))
            {
                return true;
            }
        }

        return false;
    }
}
