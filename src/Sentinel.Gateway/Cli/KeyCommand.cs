using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel key new</c>: an API key, of which only the hash is to be kept.</summary>
internal static class KeyCommand
{
    /// <summary>What every key begins with, so that people and secret scanners know one when they see it.</summary>
    public const string Prefix = "sk-sentinel-";

    private const int RandomBytes = 32;

    private static readonly Argument<string> Name = new("NAME")
    {
        Description = "Who the key stands for; the audit log says key:NAME.",
    };

    public static Command Create()
    {
        var make = new Command("new", "Make an API key and show it, once, with its line for proxy.json.") { Name };
        make.SetAction((result, _) => RunAsync(
            result.GetRequiredValue(Name),
            result.InvocationConfiguration.Output,
            result.InvocationConfiguration.Error));
        return new Command("key", "Make API keys.") { make };
    }

    private static async Task<int> RunAsync(string name, TextWriter output, TextWriter error)
    {
        if (!Names.IsValid(name))
        {
            await error.WriteLineAsync($"{FaultText.OneLine($"'{name}'")} cannot be a key's name; {Names.Remedy}.");
            return 1;
        }

        var key = Prefix + RandomNumberGenerator.GetHexString(2 * RandomBytes, lowercase: true);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        await output.WriteLineAsync(
            $$"""
            The key, shown this once only; send it as Authorization: Bearer KEY or X-Api-Key: KEY.

              {{key}}

            Its line for Sentinel.Authentication.ApiKeys in proxy.json; write its roles into it.

              { "Name": "{{name}}", "Sha256": "{{hash}}", "Roles": [] }
            """);
        return 0;
    }
}
