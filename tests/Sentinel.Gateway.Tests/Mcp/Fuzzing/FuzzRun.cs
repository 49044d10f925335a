using System.Text;
using System.Text.Json;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Tests.Mcp.Fuzzing;

/// <summary>Mutated bodies, one after the other, and what must hold for each.</summary>
internal sealed class FuzzRun(int seed)
{
    private readonly Mutator _requests = new(new Random(seed), SeedCorpus.Requests);
    private readonly Mutator _answers = new(new Random(seed), SeedCorpus.Answers);
    private readonly Random _random = new(seed);

    public int Rounds { get; private set; }

    public int Accepted { get; private set; }

    public int Found { get; private set; }

    /// <summary>One request and one answer.</summary>
    /// <returns>Null, or what does not hold, with the seed and the body.</returns>
    public string? Next()
    {
        Rounds++;
        var request = _requests.Next();
        var answer = _answers.Next();
        return Guarded(request, CheckRequest) ?? Guarded(answer, CheckAnswer);
    }

    // Whatever escapes a reader is a fault as well.
    private string? Guarded(byte[] body, Func<byte[], string?> check)
    {
        string? fault;
        try
        {
            fault = check(body);
        }
        catch (Exception e)
        {
            fault = e.ToString();
        }

        return fault is null
            ? null
            : $"{fault}\nseed {seed}, round {Rounds}, base64 {Convert.ToBase64String(body)}\n{Encoding.UTF8.GetString(body)}";
    }

    private string? CheckRequest(byte[] body)
    {
        List<Range> messages = [];
        if (!MessageBatch.IsBatch(body) || MessageBatch.Split(body, messages) is not null)
        {
            return CheckMessage(body);
        }

        using var document = JsonDocument.Parse(body);
        var expected = document.RootElement.EnumerateArray().Select(message => message.GetRawText());
        var actual = messages.Select(range => Encoding.UTF8.GetString(body[range])).ToList();
        return expected.SequenceEqual(actual)
            ? messages.Select(range => CheckMessage(body[range])).FirstOrDefault(fault => fault is not null)
            : $"The batch is parted into {string.Join(" and ", actual)}";
    }

    private string? CheckMessage(byte[] body)
    {
        if (MessageReader.Read(body, out var message) is not null)
        {
            return null;
        }

        Accepted++;
        var expected = new LenientReading(message.Method, message.Name);
        foreach (var (name, read) in LenientReaders.All)
        {
            if (read(body) is { } reading && reading != expected)
            {
                return $"{name} sees {reading}; the strict reader {expected}";
            }
        }

        return null;
    }

    private string? CheckAnswer(byte[] body)
    {
        foreach (var isEventStream in new[] { false, true })
        {
            var whole = Observe([body], isEventStream);
            var parted = Observe(RandomText.InThree(_random, body), isEventStream);
            if (!whole.SequenceEqual(parted))
            {
                return $"In three parts: {string.Join(", ", parted)}; whole: {string.Join(", ", whole)}";
            }

            Found += whole.Count;
        }

        return null;
    }

    private static List<Answer> Observe(byte[][] parts, bool isEventStream)
    {
        var observer = new ResponseObserver(isEventStream);
        List<Answer> answers = [];
        foreach (var part in parts)
        {
            ReadOnlySpan<byte> rest = part;
            while (observer.TryRead(ref rest))
            {
                answers.Add(observer.ToAnswer());
            }
        }

        return answers;
    }
}
