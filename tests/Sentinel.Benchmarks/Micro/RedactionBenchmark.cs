using System.Text;
using BenchmarkDotNet.Attributes;
using Sentinel.Audit.Redaction;
using Sentinel.Audit.Stores;

namespace Sentinel.Benchmarks.Micro;

/// <summary>A call's arguments are made storable and freed of secrets, on the call's own path.</summary>
public class RedactionBenchmark
{
    private ReadOnlyMemory<byte> _json;
    private RedactMatcher? _matcher;

    [Params(600, 4_000, 60_000)]
    public int Bytes { get; set; }

    [Params(0, 3, 100)]
    public int Paths { get; set; }

    /// <summary>Whether there is something to hide, so that a copy is made.</summary>
    [Params(false, true)]
    public bool HasSecret { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        string[] few = ["$.arguments.pin", "$.arguments.rows[*].iban", "$..*_code"];
        _matcher = RedactMatcher.Compile(
            [.. Enumerable.Range(0, Paths).Select(i => RedactPath.Parse(i < 3 ? few[i] : $"$.arguments..k{i}", null))]);
        var rows = Math.Max(1, (Bytes - 100) / 90);
        var text = string.Join(',', Enumerable.Range(0, rows).Select(i =>
            $$"""{"id":{{i}},"title":"Some words of text, as in a list of tasks","done":false,"by":"alice"}"""));
        var key = HasSecret ? "password" : "project";
        _json = Encoding.UTF8.GetBytes(
            $$$"""{"name":"save","arguments":{"{{{key}}}":"OPS","rows":[{{{text}}}]}}""");
        if (StorableJson.From(_json, _matcher).Equals(_json) == HasSecret)
        {
            throw new InvalidOperationException("The secret should be hidden, and nothing else.");
        }
    }

    [Benchmark]
    public int Redact() => StorableJson.From(_json, _matcher).Length;
}
