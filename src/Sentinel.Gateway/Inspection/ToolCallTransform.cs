using Sentinel.Gateway.Exchange;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Gateway.Inspection;

/// <summary>The first request transform: recognises a tools/call, and stops what could be read in two ways.</summary>
internal sealed class ToolCallTransform(InspectRequest inspect) : RequestTransform
{
    public override async ValueTask ApplyAsync(RequestTransformContext context)
    {
        var refusal = await inspect(context.HttpContext);
        if (refusal is not null)
        {
            await RefusalWriter.WriteAsync(context.HttpContext, refusal);
        }
    }
}
