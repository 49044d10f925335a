using System.CommandLine;
using Sentinel.Gateway.Hosting;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel serve</c>: the gateway, until it is told to stop.</summary>
internal static class ServeCommand
{
    /// <summary>It stopped as it was told, and cut requests off that had not ended by then.</summary>
    private const int HasCut = 3;

    public static Command Create()
    {
        var command = new Command("serve", "Run the gateway (the default verb).")
        {
            SharedOptions.Config,
            SharedOptions.Urls,
        };
        command.SetAction(RunAsync);
        return command;
    }

    internal static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        try
        {
            await using var app = await Startup.StartAsync(
                result.GetRequiredValue(SharedOptions.Config),
                result.GetRequiredValue(SharedOptions.Urls),
                ProcessEnvironment.Read(),
                cancellationToken);
            await app.WaitForShutdownAsync(cancellationToken);
            return app.Services.GetRequiredService<Drain>().HasCut ? HasCut : 0;
        }
        catch (StartupException exception)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}
