using Sentinel.Gateway.Authorization;
using Sentinel.Gateway.Authorization.Lists;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Forwarding;
using Sentinel.Gateway.Inspection;
using Sentinel.Gateway.Recording;
using Sentinel.Gateway.Recording.Spans;
using Sentinel.Gateway.Sessions;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Sentinel.Gateway.Hosting;

/// <summary>The order of all transforms, on every route: a route's own stand between ours.</summary>
internal sealed class TransformOrder(
    ConfigurationSource configuration,
    InspectRequest inspect,
    AuthorizationTransform authorization,
    BackendTokens tokens,
    OpenCallsTransform openCalls,
    BeginTransform begin,
    SessionTransform session,
    EndpointEventTransform endpointEvent,
    ListFilterTransform lists,
    ObserverTransform observer,
    ExchangeTracer tracer)
    : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        // A route is built anew with each publication, so that these are its own snapshot's.
        var backend = configuration.For(context.Route).Backends.GetValueOrDefault(context.Route.ClusterId ?? "");
        context.RequestTransforms.Insert(0, new ToolCallTransform(inspect));
        context.RequestTransforms.Insert(1, authorization);
        context.RequestTransforms.Insert(2, new RequestHygieneTransform(
            backend is { ForwardAuthorization: true }, isCopied: context.CopyRequestHeaders ?? true));
        if (backend is not null)
        {
            context.RequestTransforms.Insert(3, new BackendCredentialTransform(backend, tokens));
        }

        if (tracer.IsOn)
        {
            // After the body was read, before anything that logs, refuses or records.
            context.RequestTransforms.Insert(1, new SpanTransform(tracer));
        }

        context.RequestTransforms.Add(openCalls);
        context.RequestTransforms.Add(begin);
        context.RequestTransforms.Add(new CallerHeadersTransform());

        context.ResponseTransforms.Insert(0, new BackendAnswerTransform(backend, tokens));
        context.ResponseTransforms.Add(session);
        context.ResponseTransforms.Add(endpointEvent);
        context.ResponseTransforms.Add(lists);
        context.ResponseTransforms.Add(observer);
        context.ResponseTransforms.Add(new EventStreamTransform());
    }
}
