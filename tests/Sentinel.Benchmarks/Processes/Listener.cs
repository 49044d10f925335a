using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Sentinel.Benchmarks.Processes;

/// <summary>The host of both opponents: Kestrel as the gateway sets it up, and no logging.</summary>
internal static class Listener
{
    public static WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        return builder;
    }

    /// <summary>
    /// Starts, says where, answers every line with the bytes allocated so far, and ends when the parent does: its end
    /// of stdin closes then.
    /// </summary>
    public static async Task ServeAsync(WebApplication app)
    {
        await app.StartAsync();
        await Console.Out.WriteLineAsync($"Listening on {app.Urls.First()}/");
        while (await Console.In.ReadLineAsync() is { } question)
        {
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"Allocated at {question}: {GC.GetTotalAllocatedBytes()}"));
        }
    }
}
