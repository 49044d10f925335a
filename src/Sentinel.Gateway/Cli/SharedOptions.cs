using System.CommandLine;

namespace Sentinel.Gateway.Cli;

/// <summary>Options that several verbs share.</summary>
internal static class SharedOptions
{
    public static readonly Option<string> Config = new("--config")
    {
        Description = "The configuration file.",
        HelpName = "PATH",
        DefaultValueFactory = _ => "proxy.json",
    };

    public static readonly Option<string> Urls = new("--urls")
    {
        Description = "Where MCP clients connect; several are parted by semicolons.",
        HelpName = "URLS",
        DefaultValueFactory = _ => "http://127.0.0.1:8080",
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print JSON.",
    };
}
