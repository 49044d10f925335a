using System.Text.Json;

namespace Sentinel.Gateway.Cli.Replay;

/// <summary>A call's arguments as its row has them, and whether they are what was sent.</summary>
/// <param name="Json">The value of <c>params.arguments</c>; empty where there was none.</param>
/// <param name="IsWhole">False where something was redacted, cut or made storable.</param>
internal readonly record struct RecordedArguments(ReadOnlyMemory<byte> Json, bool IsWhole)
{
    /// <summary>Where no rule looks at arguments: whatever they were.</summary>
    public static readonly RecordedArguments OfNoConcern = new(default, true);

    private static readonly RecordedArguments Lost = new(default, false);

    private static ReadOnlySpan<byte> Redacted => "[redacted]"u8;


    /// <param name="parameters">The row's request_args; empty for NULL.</param>
    public static RecordedArguments Of(ReadOnlyMemory<byte> parameters)
    {
        if (parameters.IsEmpty)
        {
            return Lost;
        }

        try
        {
            return Read(parameters);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Lost;
        }
    }

    private static RecordedArguments Read(ReadOnlyMemory<byte> parameters)
    {
        var reader = new Utf8JsonReader(parameters.Span, new JsonReaderOptions { MaxDepth = 130 });
        var hasName = false;
        var arguments = ReadOnlyMemory<byte>.Empty;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isArguments = reader.ValueTextEquals("arguments"u8);
            hasName |= reader.ValueTextEquals("name"u8) || reader.ValueTextEquals("uri"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isArguments)
            {
                arguments = parameters[start..(int)reader.BytesConsumed];
            }
        }

        // What was kept of params that were too long, or that no store takes, names neither a tool nor a resource.
        return hasName ? new RecordedArguments(arguments, IsUntouched(arguments.Span)) : Lost;
    }

    private static bool IsUntouched(ReadOnlySpan<byte> arguments)
    {
        var reader = new Utf8JsonReader(arguments, new JsonReaderOptions { MaxDepth = 130 });
        while (!arguments.IsEmpty && reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                && (reader.ValueTextEquals(Redacted) || reader.GetString()!.Contains('\uFFFD')))
            {
                return false;
            }
        }

        return true;
    }
}
