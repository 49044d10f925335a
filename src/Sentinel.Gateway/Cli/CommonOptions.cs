using System.CommandLine;

namespace Sentinel.Gateway.Cli;

/// <summary>Options that several verbs share.</summary>
internal static class CommonOptions
{
    public static readonly Option<string> Config = new("--config")
    {
        Description = "The configuration file.",
        HelpName = "PATH",
        DefaultValueFactory = _ => "proxy.json",
    };
}
