using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

public sealed class ObservedMessageTests
{
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""", "Success")]
    [InlineData("""{"result":{},"jsonrpc":"2.0","id":1}""", "Success")]
    [InlineData(""" { "id" : 1 , "result" : { "content" : [ ] } } """, "Success")]
    [InlineData("""{"id":1,"result":null}""", "Success")]
    [InlineData("""{"id":1,"result":{"isError":false}}""", "Success")]
    [InlineData("""{"id":1,"result":{},"error":null}""", "Success")]
    [InlineData("""{"id":1,"error": null ,"result":null}""", "Success")]
    [InlineData("""{"id":1,"error":"text","result":null}""", "ProtocolError ")]
    [InlineData("""{"id":1,"result":{"resultType":null}}""", "Success")]
    [InlineData("""{"id":1,"result":{"task":null}}""", "Success")]
    [InlineData("""{"id":1,"result":{"task": null, "resultType": null}}""", "Success")]
    [InlineData("""{"id":1,"result":{"resultType":null,"task":{}}}""", "Task")]
    [InlineData("""{"id":1,"result":{"resultType":7}}""", "UnknownResult", "A resultType that is no text.")]
    [InlineData("""{"id":1,"result":{"resultType":{}}}""", "UnknownResult", "A resultType that is no text.")]
    [InlineData("""{"id":1,"result":{"isError":true,"isError":{}}}""", "Success")]
    [InlineData("""{"id":1,"result":{"isError":true},"result":{}}""", "Success")]
    [InlineData("""{"id":1,"error":{"code":1,"message":"m"},"error":{"code":2}}""", "ProtocolError 2")]
    [InlineData("""{"id":1,"result":{"content":[{"text":"t"}]},"error":{"code":2}}""", "ProtocolError 2")]
    [InlineData("""{"id":1,"result":{"isError":true,"content":[{"text":5},{"text":"late"}]}}""", "ToolError", "late")]
    [InlineData("""{"id":1,"result":{"isError":"true"}}""", "Success")]
    [InlineData("""{"id":1,"result":{"structuredContent":{"isError":true,"error":{"code":1}}}}""", "Success")]
    [InlineData("""{"id":1,"result":{"content":[{"type":"text","text":"{\"isError\":true}"}]}}""", "Success")]
    [InlineData("""{"id":1,"result":{"resultType":"complete"}}""", "Success")]
    [InlineData("""{"id":1,"result":{"resultType":"input_required","inputRequests":{}}}""", "InputRequired")]
    [InlineData("""{"id":1,"result":{"resultType":"task"}}""", "Task")]
    [InlineData("""{"id":1,"result":{"task":{"taskId":"t"}}}""", "Task")]
    [InlineData("""{"id":1,"result":{"resultType":"complete","task":{}}}""", "Success")]
    [InlineData("""{"id":1,"result":{"resultType":"later"}}""", "UnknownResult", "Unknown resultType later.")]
    [InlineData("""{"id":1,"result":{"content":[{"type":"text","text":"no disk"}],"isError":true}}""", "ToolError", "no disk")]
    [InlineData("""{"id":1,"result":{"isError":true,"content":[{"text":"no \"disk\""},{"text":"second"}]}}""", "ToolError", "no \"disk\"")]
    [InlineData("""{"id":1,"result":{"isError":true,"content":[{"type":"image","data":"x"},{"text":"late"}]}}""", "ToolError", "late")]
    [InlineData("""{"id":1,"result":{"isError":true,"content":[{"resource":{"text":"inner"}}]}}""", "ToolError", null)]
    [InlineData("""{"id":1,"result":{"isError":true,"content":[]}}""", "ToolError", null)]
    [InlineData("""{"id":1,"result":{"isError":true,"content":"text"}}""", "ToolError", null)]
    [InlineData("""{"id":1,"result":{"isError":true}}""", "ToolError", null)]
    [InlineData("""{"id":1,"result":{"isError":true,"resultType":"task"}}""", "ToolError", null)]
    [InlineData("""{"id":1,"error":{"code":-32602,"message":"bad é"}}""", "ProtocolError -32602", "bad é")]
    [InlineData("""{"error":{"message":"bad","data":{"message":"inner","code":5},"code":7},"id":1}""", "ProtocolError 7", "bad")]
    [InlineData("""{"id":1,"error":{"code":1e3,"message":"m"}}""", "ProtocolError ", "m")]
    [InlineData("""{"id":1,"error":{"code":"-1","message":5}}""", "ProtocolError ", null)]
    [InlineData("""{"id":1,"error":{"code":99999999999}}""", "ProtocolError ", null)]
    [InlineData("""{"id":1,"error":{}}""", "ProtocolError ", null)]
    [InlineData("""{"id":1,"error":{"message":"\u0062ad\n\ud83d\ude00"}}""", "ProtocolError ", "bad\n😀")]
    [InlineData("""{"\u0069d":1,"r\u0065sult":{"is\u0045rror":true,"c\u006fntent":[{"te\u0078t":"a"}]}}""", "ToolError", "a")]
    [InlineData("""{"id":1,"\u0065rror":{"c\u006fde":3,"m\u0065ssage":"m"}}""", "ProtocolError 3", "m")]
    [InlineData("""[{"id":2,"result":{}},{"id":1,"error":{"code":3}}]""", "ProtocolError 3", null)]
    [InlineData("""[{"id":1,"result":{}}]""", "Success")]
    [InlineData("""{"id":2,"result":{"isError":true}}{"id":1,"result":{}}""", "Success")]
    [InlineData("""{"id":1,"result":{"a":[[{"b":"}]"}],"\\\"{"]}}""", "Success")]
    public void An_answer_is_read_the_same_wherever_it_is_cut(string json, string expected, string? text = null)
    {
        var (asJson, _) = Observing.Everywhere(json, isEventStream: false, Observing.One);
        var (asEvent, _) = Observing.Everywhere($"data: {json}\n\n", isEventStream: true, Observing.One);

        Assert.Equal(expected, Describe(asJson));
        Assert.Equal(text, asJson?.Text);
        Assert.Equal(asJson, asEvent);
    }

    [Theory]
    [InlineData("another id", """{"id":2,"result":{}}""")]
    [InlineData("the id as a string", """{"id":"1","result":{}}""")]
    [InlineData("an id with a fraction", """{"id":1.5,"result":{}}""")]
    [InlineData("an error that is null and no result", """{"id":1,"error":null}""")]
    [InlineData("a longer id", """{"id":11,"result":{}}""")]
    [InlineData("no id", """{"result":{}}""")]
    [InlineData("id null", """{"id":null,"result":{}}""")]
    [InlineData("an id that is an object", """{"id":{"id":1},"result":{}}""")]
    [InlineData("the id only inside", """{"result":{"id":1}}""")]
    [InlineData("the id in another case", """{"ID":1,"result":{}}""")]
    [InlineData("a method: a request of the server's", """{"id":1,"method":"sampling/createMessage","params":{}}""")]
    [InlineData("a method after everything else", """{"id":1,"result":{},"method":"x"}""")]
    [InlineData("neither result nor error", """{"jsonrpc":"2.0","id":1}""")]
    [InlineData("its last brace missing", """{"id":1,"result":{}""")]
    [InlineData("its message inside another array", """[[{"id":1,"result":{}}]]""")]
    [InlineData("its message inside a string", """ "{\"id\":1,\"result\":{}}" """)]
    [InlineData("nothing in it", "")]
    [InlineData("no JSON in it", "<html>502</html>")]
    [InlineData("closing brackets only", "}}]]")]
    public void No_answer_is_seen_in_one_with(string flaw, string json)
    {
        var asJson = Observing.Everywhere(json, isEventStream: false, Observing.One);
        var asEvent = Observing.Everywhere($"data: {json}\n\n", isEventStream: true, Observing.One);

        Assert.True(asJson == (null, null), $"{flaw}: {asJson}");
        Assert.True(asEvent == (null, null), $"{flaw}: {asEvent}");
    }

    [Theory]
    [InlineData("\"1\"", """{"id":"1","result":{}}""", true)]
    [InlineData("\"1\"", """{"id":1,"result":{}}""", false)]
    [InlineData("\"a/b\"", """{"id":"a\/b","result":{}}""", true)]
    [InlineData("\"a/b\"", """{"id":"\u0061\u002fb","result":{}}""", true)]
    [InlineData("\"a/b\"", """{"id":"A/b","result":{}}""", false)]
    [InlineData("\"\"", """{"id":"","result":{}}""", true)]
    [InlineData("\"😀\"", """{"id":"\ud83d\ude00","result":{}}""", true)]
    [InlineData("\"null\"", """{"id":null,"result":{}}""", false)]
    [InlineData("1", """{"id":1.0,"result":{}}""", true)]
    [InlineData("1", """{"id":1.00,"result":{}}""", true)]
    [InlineData("-1", """{"id":-1.0,"result":{}}""", true)]
    [InlineData("1", """{"id":1.,"result":{}}""", false)]
    [InlineData("1", """{"id":1.01,"result":{}}""", false)]
    [InlineData("1", """{"id":10.0,"result":{}}""", false)]
    [InlineData("1", """{"id":"1.0","result":{}}""", false)]
    [InlineData("\"1.0\"", """{"id":1.0,"result":{}}""", false)]
    [InlineData("123456789012345678901", """{"id":123456789012345678901,"result":{}}""", true)]
    [InlineData("123456789012345678901", """{"id":123456789012345678902,"result":{}}""", false)]
    public void Ids_are_compared_by_type_and_exact_value(string id, string json, bool isFound)
    {
        var (answer, _) = Observing.Everywhere(json, isEventStream: false, Observing.IdOf(id));

        Assert.Equal(isFound, answer is not null);
    }

    [Fact]
    public void The_longest_id_is_found_in_its_longest_spelling()
    {
        var id = Observing.IdOf($"\"{new string('x', JsonRpcId.BytesMax)}\"");
        var spelled = string.Concat(Enumerable.Repeat("\\u0078", JsonRpcId.BytesMax));
        var observer = new Watch(id, isEventStream: false);

        observer.Observe(Encoding.UTF8.GetBytes($$$"""{"id":"{{{spelled}}}","result":{}}"""));

        Assert.Equal(AnswerKind.Success, observer.Answer?.Kind);
    }

    [Theory]
    [InlineData("complete", nameof(AnswerKind.Success))]
    [InlineData("input_required", nameof(AnswerKind.InputRequired))]
    [InlineData("task", nameof(AnswerKind.Task))]
    public void A_result_type_is_known_in_its_longest_spelling(string type, string expected)
    {
        var spelled = string.Concat(type.Select(c => $"\\u{(int)c:x4}"));
        var json = $$$"""{"id":1,"result":{"resultType":"{{{spelled}}}"}}""";

        Assert.Equal(expected, Describe(Observing.Everywhere(json, isEventStream: false, Observing.One).Answer));
    }

    [Theory]
    [InlineData("""{"id":null,"error":{"code":-32700,"message":"what?"}}""")]
    [InlineData("""{"error":{"code":-32700,"message":"what?"}}""")]
    public void An_error_that_names_no_request_is_kept_apart(string json)
    {
        var (answer, unmatched) = Observing.Everywhere(json, isEventStream: false, Observing.One);

        Assert.Null(answer);
        Assert.Equal(new Answer(AnswerKind.ProtocolError, -32700, "what?"), unmatched);
    }

    [Fact]
    public void An_error_of_another_request_is_none_of_ours() =>
        Assert.Equal(
            (null, null),
            Observing.Everywhere("""{"id":2,"error":{"code":1}}""", isEventStream: false, Observing.One));

    [Fact]
    public void A_byte_order_mark_is_passed_over()
    {
        var (answer, _) = Observing.Everywhere("\uFEFF{\"id\":1,\"result\":{}}", isEventStream: false, Observing.One);

        Assert.Equal(Answer.Success, answer);
    }

    private static string? Describe(Answer? answer) =>
        answer?.Kind == AnswerKind.ProtocolError ? $"ProtocolError {answer.ErrorCode}" : answer?.Kind.ToString();
}
