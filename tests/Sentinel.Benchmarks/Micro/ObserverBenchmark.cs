using BenchmarkDotNet.Attributes;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Benchmarks.Micro;

/// <summary>An answer goes by in the pieces in which a forwarder reads it.</summary>
public class ObserverBenchmark
{
    private const int PieceBytes = 64 * 1024;

    private byte[] _answer = [];

    [Params(1, 16)]
    public int Megabytes { get; set; }

    [Params(
        Shapes.Text,
        Shapes.Base64,
        Shapes.Escapes,
        Shapes.Records,
        Shapes.Numbers,
        Shapes.Nested,
        Shapes.SmallEvents,
        Shapes.LargeEvent)]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _answer = Shapes.Answer(Shape, Megabytes * 1024 * 1024);

    [Benchmark]
    public int Observe()
    {
        var observer = new ResponseObserver(Shape is Shapes.SmallEvents or Shapes.LargeEvent);
        var answers = 0;
        for (var at = 0; at < _answer.Length; at += PieceBytes)
        {
            ReadOnlySpan<byte> piece = _answer.AsSpan(at, Math.Min(PieceBytes, _answer.Length - at));
            while (observer.TryRead(ref piece))
            {
                answers += observer.ToAnswer().Kind == AnswerKind.Success ? 1 : 0;
            }
        }

        return answers;
    }
}
