using System.Globalization;
using Sentinel.Benchmarks.Load;

namespace Sentinel.Benchmarks.Events;

/// <summary>One call whose answer is read event by event.</summary>
/// <param name="FirstUs">From the request to the first event's arrival, in microseconds.</param>
/// <param name="DelaysUs">From each event's sending to its arrival, in microseconds, sorted.</param>
internal sealed record EventsRound(double FirstUs, IReadOnlyList<double> DelaysUs)
{
    public double P50Us => DelaysUs[DelaysUs.Count / 2];

    public double P99Us => DelaysUs[(int)(DelaysUs.Count * 0.99)];

    /// <exception cref="InvalidOperationException">The stream was cut, or an event is missing.</exception>
    public static async Task<EventsRound> RunAsync(HttpClient http, Uri url, int events)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(
                """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search_orders","arguments":{}}}""",
                new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("X-Api-Key", ToolCallBytes.ApiKey);
        var started = TimeProvider.System.GetTimestamp();
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var delays = new List<double>(events);
        var first = 0.0;
        while (await reader.ReadLineAsync() is { } line)
        {
            var now = TimeProvider.System.GetTimestamp();
            var at = line.IndexOf(EventsBackend.BeforeMoment, StringComparison.Ordinal);
            if (at < 0)
            {
                continue;
            }

            var moment = line.AsSpan(at + EventsBackend.BeforeMoment.Length);
            var sent = long.Parse(moment[..moment.IndexOf('"')], CultureInfo.InvariantCulture);
            first = delays.Count == 0 ? TimeProvider.System.GetElapsedTime(started, now).TotalMicroseconds : first;
            delays.Add(TimeProvider.System.GetElapsedTime(sent, now).TotalMicroseconds);
        }

        delays.Sort();
        return delays.Count == events
            ? new EventsRound(first, delays)
            : throw new InvalidOperationException($"{delays.Count} of {events} events from {url}.");
    }
}
