using System.CommandLine;
using Sentinel.Gateway.Cli;

var root = new RootCommand("Sentinel authenticates, authorizes and audits calls to MCP servers.")
{
    CheckCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
