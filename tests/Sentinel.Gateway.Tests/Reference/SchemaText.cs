using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sentinel.Gateway.Tests.Reference;

/// <summary>A schema as text that people read in a diff.</summary>
internal static class SchemaText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        // For a file, not for a web page: arrows and apostrophes stay what they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(JsonObject schema) => schema.ToJsonString(Options) + "\n";
}
