using System.Text;
using BenchmarkDotNet.Attributes;
using Sentinel.Gateway.Mcp.Lists;
using Sentinel.Gateway.Mcp.Tools;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Benchmarks.Micro;

/// <summary>A list of 100 tools, 64 KB, on its way to a client.</summary>
public class ListBenchmark
{
    private const int Tools = 100;
    private const int SchemaBytes = 500;

    private static readonly string[] Roles = ["analyst"];

    private readonly AccessPolicy _policy = AccessPolicy.Compile(new RbacOptions
    {
        Roles = new Dictionary<string, RoleOptions>
        {
            ["analyst"] = new()
            {
                Allow = [new() { Tool = TargetPattern.Parse("a/get_*", null) }],
                Deny = [new() { Tool = TargetPattern.Parse("*/*_9", null) }],
            },
        },
    });

    private byte[] _body = [];
    private byte[] _event = [];

    [GlobalSetup]
    public void Setup()
    {
        var tools = Enumerable.Range(0, Tools).Select(Tool);
        _body = Encoding.UTF8.GetBytes(
            $$$"""{"jsonrpc":"2.0","id":1,"result":{"tools":[{{{string.Join(',', tools)}}}],"nextCursor":"x"}}""");
        _event = [.. "event: message\ndata: "u8, .. _body, .. "\n\n"u8];
        if (ListEditor.Edit(_body, Shows).HiddenCount is 0 or Tools)
        {
            throw new InvalidOperationException("Half of the tools should be hidden.");
        }
    }

    /// <summary>A JSON body, of which every second tool is hidden.</summary>
    [Benchmark(Baseline = true)]
    public int Hide() => ListEditor.Edit(_body, Shows).HiddenCount;

    /// <summary>A JSON body, of which nothing is hidden.</summary>
    [Benchmark]
    public int ShowAll() => ListEditor.Edit(_body, static (_, _, _) => true).HiddenCount;

    /// <summary>An event, of which every second tool is hidden.</summary>
    [Benchmark]
    public int HideInEvent()
    {
        var reader = new ListEventReader(Shows);
        reader.Add(_event);
        return reader.HiddenCount;
    }

    /// <summary>A JSON body of pinned tools: each definition is hashed.</summary>
    [Benchmark]
    public int Hash() => ListEditor.Edit(
        _body, static (_, _, item) => ToolDefinition.Read(item.ToArray()) is not null).HiddenCount;

    private bool Shows(ListKind kind, string name, ReadOnlySpan<byte> item) =>
        _policy.DecideVisibility(Roles, "a", TargetKind.Tool, name).IsAllowed;

    private static string Tool(int number)
    {
        var name = $"{(number % 2 == 0 ? "get" : "delete")}_{number}";
        var text = new string('x', SchemaBytes);
        var schema = $$$$"""{"type":"object","properties":{"q":{"type":"string","description":"{{{{text}}}}"}}}""";
        return $$"""{"name":"{{name}}","description":"Does something useful.","inputSchema":{{schema}}}""";
    }
}
