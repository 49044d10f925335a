using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Forwarding.Destinations;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Tests.Forwarding.Destinations;

public sealed class AttemptOutcomeTests
{
    [Fact]
    public void What_the_client_of_the_backend_would_not_send_says_nothing_of_the_backend() =>
        Assert.Equal(AttemptOutcome.Unknown, Of(ForwarderError.Request, new HttpRequestException("not ASCII")));

    [Theory]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.InvalidResponse)]
    [InlineData(HttpRequestError.ResponseEnded)]
    public void What_the_network_does_is_a_failure(HttpRequestError error) =>
        Assert.Equal(AttemptOutcome.Failed, Of(ForwarderError.Request, new HttpRequestException(error)));

    [Fact]
    public void A_fault_with_a_cause_is_a_failure() => Assert.Equal(
        AttemptOutcome.Failed,
        Of(ForwarderError.Request, new HttpRequestException("broken", new SocketException())));

    [Theory]
    [InlineData(null, 200, AttemptOutcome.Unknown)]
    [InlineData(5L, 413, AttemptOutcome.Answered)]
    [InlineData(5L, 500, AttemptOutcome.Failed)]
    internal void Of_a_body_that_was_not_taken_the_answer_tells(
        long? firstByteUs,
        int status,
        AttemptOutcome outcome) =>
        Assert.Equal(
            outcome,
            Of(
                ForwarderError.RequestBodyDestination,
                new AggregateException(new HttpRequestException("reset", new IOException()), new IOException()),
                firstByteUs,
                status));

    [Fact]
    public void A_body_that_was_not_taken_in_time_is_a_failure() => Assert.Equal(
        AttemptOutcome.Failed,
        Of(ForwarderError.RequestBodyDestination, new AggregateException(new OperationCanceledException())));

    private static AttemptOutcome Of(
        ForwarderError error,
        Exception exception,
        long? firstByteUs = null,
        int status = 502)
    {
        var context = new DefaultHttpContext();
        context.Response.StatusCode = status;
        context.Features.Set(new McpExchange(TimeProvider.System) { FirstByteUs = firstByteUs });
        context.Features.Set<IForwarderErrorFeature>(new Fault(error, exception));
        return AttemptOutcomes.Of(context);
    }

    private sealed record Fault(ForwarderError Error, Exception? Exception) : IForwarderErrorFeature;
}
