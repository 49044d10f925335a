using Microsoft.AspNetCore.Http;
using Sentinel.Gateway.Inspection;
using Xunit;

namespace Sentinel.Gateway.Tests.Inspection;

public sealed class ContentRulesTests
{
    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=UTF-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json ; Charset=Utf-8 ")]
    [InlineData("application/json; profile=x")]
    [InlineData("application/json", "identity")]
    [InlineData("application/json", "Identity")]
    public void Plain_JSON_in_UTF_8_is_taken(string contentType, params string[] encodings) =>
        Assert.True(AreMet([contentType], encodings));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("json")]
    [InlineData("text/plain")]
    [InlineData("text/json")]
    [InlineData("application/jsonx")]
    [InlineData("application/json-rpc")]
    [InlineData("application/vnd.x+json")]
    [InlineData("application/*")]
    [InlineData("*/*")]
    [InlineData("application/json, text/plain")]
    [InlineData("application/json, application/json")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json; charset=utf8")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json; charset='utf-8'")]
    [InlineData("application/json; charset=")]
    [InlineData("application/json; charset")]
    [InlineData("application/json; charset=utf-8; charset=utf-16")]
    [InlineData("application/json; charset=utf-8; CHARSET=utf-8")]
    [InlineData("application/json charset=utf-8")]
    [InlineData("application/json; charset=utf-8, text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    public void Another_content_type_is_refused(string contentType) => Assert.False(AreMet([contentType], []));

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("identity, gzip")]
    [InlineData("gzip, identity")]
    [InlineData("identity, identity")]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("identity", "gzip")]
    [InlineData("identity", "identity")]
    public void An_encoded_body_is_refused(params string[] encodings) =>
        Assert.False(AreMet(["application/json"], encodings));

    [Fact]
    public void A_body_without_a_content_type_is_refused() => Assert.False(AreMet([], []));

    [Fact]
    public void Two_content_types_are_refused_even_when_equal() =>
        Assert.False(AreMet(["application/json", "application/json"], []));

    private static bool AreMet(string[] contentTypes, string[] encodings)
    {
        IHeaderDictionary headers = new HeaderDictionary();
        if (contentTypes.Length > 0)
        {
            headers.ContentType = contentTypes;
        }

        if (encodings.Length > 0)
        {
            headers.ContentEncoding = encodings;
        }

        return ContentRules.AreMet(headers);
    }
}
