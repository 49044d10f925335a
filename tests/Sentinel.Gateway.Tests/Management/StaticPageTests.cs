using Sentinel.Gateway.Management;
using Xunit;

namespace Sentinel.Gateway.Tests.Management;

/// <summary>The page's files, of which this assembly has two of its own.</summary>
public sealed class StaticPageTests
{
    private readonly StaticPage _page = new(typeof(StaticPageTests).Assembly);

    [Fact]
    public void The_root_is_the_index()
    {
        Assert.True(_page.IsBuiltIn);
        Assert.Same(_page.Find("/index.html"), _page.Find("/"));
        Assert.Equal("text/html; charset=utf-8", _page.Find("/")!.ContentType);
        Assert.Equal("text/javascript; charset=utf-8", _page.Find("/assets/app.js")!.ContentType);
    }

    [Fact]
    public void A_file_is_known_by_its_content()
    {
        Assert.Matches("^\"[0-9a-f]{32}\"$", _page.Find("/")!.ETag);
        Assert.NotEqual(_page.Find("/")!.ETag, _page.Find("/assets/app.js")!.ETag);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/INDEX.HTML")]
    [InlineData("/assets")]
    [InlineData("/assets/")]
    [InlineData("/assets/../index.html")]
    [InlineData("/../proxy.json")]
    [InlineData("/..\\proxy.json")]
    [InlineData("//index.html")]
    [InlineData("/index.html/")]
    [InlineData("/index.html\0")]
    [InlineData("/db/up/0001.sql")]
    [InlineData("/etc/passwd")]
    public void Nothing_else_is_there(string path) => Assert.Null(_page.Find(path));

    [Fact]
    public void An_assembly_without_the_page_says_so() =>
        Assert.False(new StaticPage(typeof(Xunit.FactAttribute).Assembly).IsBuiltIn);
}
