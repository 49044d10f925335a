namespace Sentinel.SampleServer;

/// <summary>Whoever holds the other end of stdin.</summary>
internal static class ParentProcess
{
    public static async Task StopWhenGoneAsync(IHostApplicationLifetime lifetime)
    {
        try
        {
            await using var input = Console.OpenStandardInput();
            await input.CopyToAsync(Stream.Null, lifetime.ApplicationStopping);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // A broken pipe says the same as a closed one; a cancelled wait means that we are ending already.
        }

        lifetime.StopApplication();
    }
}
