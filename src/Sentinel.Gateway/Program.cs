using System.CommandLine;
using Sentinel.Gateway.Cli;

var root = new RootCommand("Sentinel authenticates, authorizes and audits calls to MCP servers.")
{
    SharedOptions.Config,
    SharedOptions.Urls,
    ServeCommand.Create(),
    DemoCommand.Create(),
    CheckCommand.Create(),
    MigrateCommand.Create(),
    KeyCommand.Create(),
    SessionKeyCommand.Create(),
    PolicyCommand.Create(),
    AuditCommand.Create(),
};
root.SetAction(ServeCommand.RunAsync);

// The host answers SIGTERM and Ctrl+C itself, in its own time.
var parsed = root.Parse(args);
return AnsweringCommand.ExitCode(
    parsed, await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }));
