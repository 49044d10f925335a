using System.CommandLine;
using System.Security.Cryptography;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel session-key new</c>: a key that session ids are sealed with.</summary>
internal static class SessionKeyCommand
{
    public static Command Create()
    {
        var make = new Command("new", "Make a session key and show how to set it.");
        make.SetAction((result, _) => RunAsync(result.InvocationConfiguration.Output));
        return new Command("session-key", "Make keys that session ids are sealed with.") { make };
    }

    private static async Task<int> RunAsync(TextWriter output)
    {
        var key = RandomNumberGenerator.GetHexString(2 * SessionKeyReader.KeyBytes, lowercase: true);
        await output.WriteLineAsync(
            $$"""
            The key, for a variable that every replica gets alike.

              SENTINEL_SESSION_KEYS={{key}}

            What names the variable in proxy.json, under Sentinel.

              "Sessions": { "KeysEnv": "SENTINEL_SESSION_KEYS" }

            To change keys, write the new one behind the old one, with a comma between, and restart every replica;
            then in front of it, and restart them again. Remove the old one when its sessions have ended.
            """);
        return 0;
    }
}
