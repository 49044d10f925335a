using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

/// <summary>Watches an answer whole, cut in two at every index, and byte by byte.</summary>
internal static class Observing
{
    public static readonly JsonRpcId One = IdOf("1");

    public static JsonRpcId IdOf(string id)
    {
        Assert.Null(MessageReader.Read(Encoding.UTF8.GetBytes(Messages.WithId(id)), out var message));
        return message.Id!;
    }

    /// <summary>What is made of the answer, the same wherever it is cut.</summary>
    public static (Answer? Answer, Answer? Unmatched) Everywhere(string text, bool isEventStream, JsonRpcId id) =>
        Everywhere(Encoding.UTF8.GetBytes(text), isEventStream, id);

    /// <inheritdoc cref="Everywhere(string,bool,JsonRpcId)"/>
    public static (Answer? Answer, Answer? Unmatched) Everywhere(byte[] bytes, bool isEventStream, JsonRpcId id)
    {
        var whole = Observe([bytes], isEventStream, id);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var parted = Observe([bytes[..cut], [], bytes[cut..]], isEventStream, id);
            Assert.True(whole == parted, $"cut at {cut}: {parted} instead of {whole}");
        }

        var bytewise = Observe(bytes.Select(b => new[] { b }), isEventStream, id);
        Assert.True(whole == bytewise, $"byte by byte: {bytewise} instead of {whole}");
        return whole;
    }

    private static (Answer? Answer, Answer? Unmatched) Observe(
        IEnumerable<byte[]> parts,
        bool isEventStream,
        JsonRpcId id)
    {
        var watch = new Watch(id, isEventStream);
        foreach (var part in parts)
        {
            watch.Observe(part);
        }

        return (watch.Answer, watch.UnmatchedError);
    }
}

/// <summary>An observer that looks out for one request, as a call's own answer is watched.</summary>
internal sealed class Watch(JsonRpcId id, bool isEventStream)
{
    private readonly ResponseObserver _observer = new(isEventStream);

    public Answer? Answer { get; private set; }

    public Answer? UnmatchedError { get; private set; }

    public void Observe(ReadOnlySpan<byte> bytes)
    {
        while (Answer is null && _observer.TryRead(ref bytes))
        {
            if (_observer.Id.Is(id))
            {
                Answer = _observer.ToAnswer();
            }
            else if (_observer.IsErrorWithoutId)
            {
                UnmatchedError = _observer.ToAnswer();
            }
        }
    }
}
