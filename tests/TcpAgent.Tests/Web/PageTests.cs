using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>The page's files, and how they are served.</summary>
public sealed partial class PageTests : IAsyncLifetime
{
    RunningAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await RunningAgent.OverFixture("linux-6.18");

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    static Dictionary<string, string> Texts => Page.Files().ToDictionary(file => file.Name, file => Encoding.ASCII.GetString(file.Body));

    public static TheoryData<string, string> Paths => new()
    {
        { "/", "text/html; charset=utf-8" }, { "/page/style.css", "text/css; charset=utf-8" },
        { "/page/load.js", "text/javascript; charset=utf-8" },
        { "/page/page.js", "text/javascript; charset=utf-8" },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task NothingElseMayRunInIt(string path, string contentType)
    {
        var response = await _agent.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(contentType, response.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'",
            response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task WhatABrowserHasIsNotSentAgain(string path, string contentType)
    {
        Assert.NotEmpty(contentType);
        var tag = (await _agent.Client.GetAsync(path)).Headers.ETag!;
        foreach (var (known, status) in ((string, HttpStatusCode)[])
            [(tag.ToString(), HttpStatusCode.NotModified), ($"\"x\", W/{tag}", HttpStatusCode.NotModified),
                ("*", HttpStatusCode.NotModified), ("\"x\"", HttpStatusCode.OK), ("nonsense", HttpStatusCode.OK)])
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            Assert.True(request.Headers.TryAddWithoutValidation("If-None-Match", known));
            Assert.Equal(status, (await _agent.Client.SendAsync(request)).StatusCode);
        }
    }

    [Theory]
    [InlineData("/index.html")]
    [InlineData("/page/")]
    [InlineData("/page/index.html")]
    [InlineData("/page/main.js")]
    [InlineData("/page/../page/none.js")]
    public async Task OnlyItsFilesAreThere(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await _agent.Client.GetAsync(path)).StatusCode);

    [Fact]
    public void AllOfItIsSmall() => Assert.InRange(Page.Files().Sum(file => file.Body.Length), 20_000, 150_000);

    [Fact]
    public void ItsFilesArePlainTextAndShort()
    {
        foreach (var (name, body) in Page.Files())
        {
            Assert.True(body.All(b => b == '\n' || b is >= (byte)' ' and <= (byte)'~'), $"{name} is not plain ASCII");
            Assert.True(body.Count(b => b == '\n') < 250, $"{name} is long");
            Assert.True(body[^1] == '\n', $"{name} ends within a line");
        }
    }

    [GeneratedRegex(@"https?:|//\w|url\(|@import")]
    private static partial Regex Elsewhere();

    /// <summary>The one address is the name of SVG, which no browser asks for.</summary>
    [Fact]
    public void ItNamesNoOtherPlace() => Assert.All(Texts, file => Assert.DoesNotMatch(
        Elsewhere(), file.Value.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal).Replace("\n//", "\n",
            StringComparison.Ordinal)));

    /// <summary>Addresses and device names are data, and styles in markup would be refused.</summary>
    [Fact]
    public void DataNeverBecomesMarkup()
    {
        foreach (var (name, text) in Texts)
            foreach (var bad in (string[])["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
                "DOMParser", " style=", "onclick"])
                Assert.False(text.Contains(bad, StringComparison.Ordinal), $"{name} has {bad}");
    }

    /// <summary>Each request more is one that a bad line can lose.</summary>
    [Fact]
    public async Task AllOfItComesByThreeRequestsMore()
    {
        var page = await _agent.Client.GetStringAsync("/");
        Assert.Equal(["page/load.js", "page/style.css", "page/page.js"], Regex.Matches(page, "page/[^\"]*").Select(match => match.Value));
        var script = await _agent.Client.GetStringAsync("/page/page.js");
        Assert.DoesNotMatch(new Regex("^(import|export) ", RegexOptions.Multiline), script);
        Assert.All(Page.Modules, name => Assert.Contains(Texts[$"{name}.js"].Split('\n')[0], script, StringComparison.Ordinal));
    }

    /// <summary>The modules go out as one file, so no name may be given twice, and no import may take two lines.</summary>
    [Fact]
    public void ItsScriptsCanBeJoinedInOneFile()
    {
        var scripts = Texts.Where(file => file.Key.EndsWith(".js", StringComparison.Ordinal) && file.Key != "load.js").ToDictionary();
        var order = Page.Modules.Select(name => $"{name}.js").ToList();
        Assert.Equal(scripts.Keys.Order(StringComparer.Ordinal), order.Order(StringComparer.Ordinal));
        foreach (var (name, text) in scripts)
            foreach (Match import in Regex.Matches(text, "^import .*$", RegexOptions.Multiline))
            {
                var from = Regex.Match(import.Value, @"^import \{ .* \} from '\./(\w+\.js)';$").Groups[1].Value;
                Assert.True(order.IndexOf(from) >= 0 && order.IndexOf(from) < order.IndexOf(name), $"{name}: {import.Value}");
            }
        var names = scripts.Values.SelectMany(
            text => Regex.Matches(text, @"^(?:export )?(?:async )?(?:const|let|function|class) (\w+)", RegexOptions.Multiline))
            .Select(match => match.Groups[1].Value);
        Assert.Empty(names.GroupBy(one => one).Where(group => group.Count() > 1).Select(group => group.Key));
    }
}
