using System.Collections;

namespace Sentinel.Gateway.Cli;

/// <summary>This process's environment variables.</summary>
internal static class ProcessEnvironment
{
    public static IReadOnlyDictionary<string, string> Read() =>
        Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => entry.Value as string ?? "", StringComparer.Ordinal);
}
