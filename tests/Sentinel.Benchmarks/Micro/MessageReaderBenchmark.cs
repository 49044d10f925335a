using System.Text.Json;
using System.Text.Unicode;
using BenchmarkDotNet.Attributes;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Benchmarks.Micro;

/// <summary>A request is read whole, and by the parts that the strict reader is made of.</summary>
public class MessageReaderBenchmark
{
    private byte[] _request = [];

    [Params(1, 16)]
    public int Megabytes { get; set; }

    [Params(
        Shapes.Text,
        Shapes.Base64,
        Shapes.Escapes,
        Shapes.Records,
        Shapes.Numbers,
        Shapes.Nested)]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _request = Shapes.Request(Shape, Megabytes * 1024 * 1024);
        if (MessageReader.Read(_request, out _) is { } fault)
        {
            throw new InvalidOperationException(fault.Message);
        }
    }

    [Benchmark(Baseline = true)]
    public bool Read() => MessageReader.Read(_request, out _) is null;

    [Benchmark]
    public bool IsUtf8() => Utf8.IsValid(_request);

    [Benchmark]
    public int Tokens()
    {
        var reader = new Utf8JsonReader(_request, new JsonReaderOptions { MaxDepth = 64 });
        var tokens = 0;
        while (reader.Read())
        {
            tokens++;
        }

        return tokens;
    }
}
