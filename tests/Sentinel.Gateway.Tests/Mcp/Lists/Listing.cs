using System.Text;
using Sentinel.Gateway.Mcp.Lists;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp.Lists;

/// <summary>Lists of which some items are hidden: those whose name begins with <c>hidden</c>.</summary>
internal static class Listing
{
    public const string Unreadable = "unreadable";

    public static bool Shows(ListKind kind, string name, ReadOnlySpan<byte> item) =>
        !name.StartsWith("hidden", StringComparison.Ordinal);

    public static string Message(string result, string id = "1") =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}}}""";

    /// <summary>What a body becomes.</summary>
    public static string Edit(string body)
    {
        var edit = ListEditor.Edit(Encoding.UTF8.GetBytes(body), Shows);
        return !edit.IsReadable ? Unreadable
            : edit.Bytes is { } bytes ? Encoding.UTF8.GetString(bytes)
            : body;
    }

    /// <summary>What a stream becomes, the same wherever it is cut.</summary>
    public static (string Text, bool IsCut) Stream(string stream)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        var whole = Read([bytes]);
        for (var at = 0; at <= bytes.Length; at++)
        {
            var parted = Read([bytes[..at], [], bytes[at..]]);
            Assert.True(whole.IsCut == parted.IsCut, $"cut at {at}");

            // A stream that is torn may have passed more or less of the event that never ends.
            if (!whole.IsCut)
            {
                Assert.Equal(whole.Text, parted.Text);
            }
        }

        var bytewise = Read(bytes.Select(b => new[] { b }));
        Assert.Equal(whole.IsCut, bytewise.IsCut);
        return bytewise;
    }

    private static (string Text, bool IsCut) Read(IEnumerable<byte[]> parts)
    {
        var reader = new ListEventReader(Shows);
        var passed = new MemoryStream();
        foreach (var part in parts)
        {
            reader.Add(part);
            Pass(reader, passed);
        }

        reader.End();
        Pass(reader, passed);
        return (Encoding.UTF8.GetString(passed.ToArray()), reader.IsCut);
    }

    private static void Pass(ListEventReader reader, MemoryStream passed)
    {
        // In two steps, as where the forwarder's buffer is small.
        var half = reader.Passable.Length / 2;
        passed.Write(reader.Passable[..half]);
        reader.Pass(half);
        passed.Write(reader.Passable);
        reader.Pass(reader.Passable.Length);
    }
}
