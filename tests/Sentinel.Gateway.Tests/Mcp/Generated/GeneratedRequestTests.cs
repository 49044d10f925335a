using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp.Generated;

public sealed class GeneratedRequestTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_strict_reader_accepts_and_understands_what_its_rules_say(ulong seed)
    {
        var accepted = 0;
        var refused = 0;

        Generating.Check(GeneratedRequest.Any, request => request.Smaller(), CheckOne, seed, cases: 3000);

        Assert.True(accepted > 500, $"Only {accepted} bodies were accepted.");
        Assert.True(refused > 500, $"Only {refused} bodies were refused.");

        void CheckOne(GeneratedRequest request)
        {
            var body = request.Body;
            var expected = PlainReading.Of(body);
            var fault = MessageReader.Read(body, out var message);
            var actual = fault is not null ? null : new PlainReading(
                message.Method,
                TextOf(message.Id),
                message.Name,
                message.Params is { } range ? Encoding.UTF8.GetString(body[range]) : null,
                message.ProtocolVersion);
            _ = actual is null ? refused++ : accepted++;
            Assert.True(expected == actual, $"{fault?.Message ?? "accepted"}\n{expected}\n{actual}\n{request}");
        }
    }

    private static string? TextOf(JsonRpcId? id)
    {
        if (id is null)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(id.Value);
        return id.IsString ? $"\"{text}\"" : text;
    }
}
