using System.Text;
using Sentinel.Gateway.Mcp;
using Xunit;

namespace Sentinel.Gateway.Tests.Mcp;

/// <summary>What each method acts on, read from its params.</summary>
public sealed class MessageTargetTests
{
    [Theory]
    [InlineData("tools/call", """{"name":"a","uri":"x:y"}""", "a")]
    [InlineData("prompts/get", """{"name":"a"}""", "a")]
    [InlineData("resources/read", """{"name":"a","uri":"file:\/\/x"}""", "file://x")]
    [InlineData("resources/subscribe", """{"uri":"x:y"}""", "x:y")]
    [InlineData("resources/unsubscribe", """{"uri":"x:y"}""", "x:y")]
    [InlineData("tasks/get", """{"taskId":"t-1"}""", "t-1")]
    [InlineData("tasks/result", """{"taskId":"t-1"}""", "t-1")]
    [InlineData("tasks/cancel", """{"taskId":"t-1"}""", "t-1")]
    [InlineData("tasks/update", """{"taskId":"t-1"}""", "t-1")]
    [InlineData("tools/list", """{"cursor":"c"}""", null)]
    [InlineData("server/discover", "{}", null)]
    [InlineData("acme/anything", """{"name":"a","uri":"x:y","taskId":"t"}""", null)]
    public void Is_read_from_the_member_of_that_method(string method, string parameters, string? target)
    {
        Assert.Null(Read(method, parameters, out var message));
        Assert.Equal(target, message.Target);
    }

    [Theory]
    [InlineData("prompts/get", """{"uri":"a"}""")]
    [InlineData("prompts/get", """{"name":1}""")]
    [InlineData("resources/read", """{"name":"a"}""")]
    [InlineData("resources/read", """{"uri":["a"]}""")]
    [InlineData("resources/subscribe", "{}")]
    [InlineData("tasks/get", """{"taskId":7}""")]
    [InlineData("tasks/result", "[]")]
    [InlineData("completion/complete", "{}")]
    [InlineData("completion/complete", """{"ref":"ref/prompt"}""")]
    [InlineData("completion/complete", """{"ref":{"type":"ref/prompt","uri":"x"}}""")]
    [InlineData("completion/complete", """{"ref":{"type":"ref/resource","name":"x"}}""")]
    [InlineData("completion/complete", """{"ref":{"type":"ref/other","name":"x","uri":"x"}}""")]
    [InlineData("completion/complete", """{"ref":{"name":"x"}}""")]
    [InlineData("subscriptions/listen", """{"notifications":{"resourceSubscriptions":["a",1]}}""")]
    [InlineData("tools/call", """{"name":"a\u0000"}""")]
    [InlineData("tools/call", """{"name":"a\nb"}""")]
    [InlineData("resources/read", """{"uri":"\u001fx:y"}""")]
    public void Is_refused_where_it_is_missing_or_no_text(string method, string parameters) =>
        Assert.Equal(MessageFaultKind.Params, Read(method, parameters, out _)?.Kind);

    [Theory]
    [InlineData("""{"ref":{"type":"ref/prompt","name":"a","Name":"b"}}""")]
    [InlineData("""{"ref":{"type":"ref/resource","uri":"a","URI":"b"}}""")]
    [InlineData("""{"ref":{"type":"ref/prompt","type\u0000":"ref/resource","name":"a"}}""")]
    public void Has_no_look_alikes_either(string parameters) =>
        Assert.Equal(MessageFaultKind.Invalid, Read("completion/complete", parameters, out _)?.Kind);

    [Fact]
    public void Of_a_completion_is_a_prompt_or_a_resource()
    {
        Assert.Null(Read("completion/complete", """{"ref":{"name":"p","type":"ref/prompt"}}""", out var prompt));
        Assert.Null(Read("completion/complete", """{"ref":{"type":"ref/resource","uri":"x:{y}"}}""", out var resource));

        Assert.Equal(new CompletionRef(IsPrompt: true, "p"), prompt.Ref);
        Assert.Equal(new CompletionRef(IsPrompt: false, "x:{y}"), resource.Ref);
    }

    [Fact]
    public void Of_a_subscription_are_the_resources_it_listens_to()
    {
        var fault = Read(
            "subscriptions/listen",
            """{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["x:a","x:b"]}}""",
            out var message);

        Assert.Null(fault);
        Assert.Equal(["x:a", "x:b"], message.ResourceSubscriptions);
    }

    [Fact]
    public void A_cancellation_names_its_request_in_its_own_type()
    {
        var body = """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7","reason":"enough"}}"""u8;

        Assert.Null(MessageReader.Read(body, out var message));
        Assert.Equal("\"7\"", message.RequestId?.ToString());
    }

    [Theory]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/clientInfo":{"name":"ide","version":"1.2","Name":"x"}}}""", "ide/1.2")]
    [InlineData("""{"clientInfo":{"version":"1.2","name":"ide"}}""", "ide/1.2")]
    [InlineData("""{"clientInfo":{"name":"ide"}}""", "ide")]
    [InlineData("""{"clientInfo":{"name":7}}""", null)]
    [InlineData("""{"x":{"clientInfo":{"name":"ide"}}}""", null)]
    public void A_client_says_its_name(string parameters, string? name)
    {
        Assert.Null(Read("initialize", parameters, out var message));
        Assert.Equal(name, message.ClientName);
    }

    private static MessageFault? Read(string method, string parameters, out McpMessage message)
    {
        var text = $$"""{"jsonrpc":"2.0","id":1,"params":{{parameters}},"method":"{{method}}"}""";
        return MessageReader.Read(Encoding.UTF8.GetBytes(text), out message);
    }
}
