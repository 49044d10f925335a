namespace Sentinel.EndToEnd.Tests;

/// <summary>One HTTP/2 request frame by frame, because .NET's client lays repeated headers together.</summary>
internal static class RawHttp2
{
    /// <summary>Sends a POST with the headers in the order given, and returns the body of the answer.</summary>
    public static async Task<string> PostAsync(
        Uri origin,
        string path,
        IEnumerable<(string Name, string Value)> headers,
        string body)
    {
        using var connection = await Http2Connection.OpenAsync(origin);
        await connection.PostAsync(path, headers, body);
        return await connection.ReadBodyAsync();
    }
}
