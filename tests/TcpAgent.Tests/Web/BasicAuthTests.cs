using System.Net;
using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>Who is let in, and what each answer costs, counted in hashes and not in time.</summary>
public sealed class BasicAuthTests : IDisposable
{
    // Of "secret".
    const string Cheap = "$2y$04$X0h1gDsPszWURQaxFh.zouZdfSt7HzEy4CLiI.zRYe8se5CVhYyZ.";

    static readonly Dictionary<string, string> s_one = new() { ["alice"] = Cheap };

    readonly PasswordWorker _worker;
    readonly BasicAuth _auth;
    readonly List<int> _costs = [];
    readonly ManualResetEventSlim _go = new(initialState: true);

    public BasicAuthTests()
    {
        _worker = new PasswordWorker(Count, TimeProvider.System);
        _auth = new BasicAuth(_worker);
    }

    /// <summary>Calls the library for costs that cost nothing, and says no to others.</summary>
    string? Count(ReadOnlySpan<byte> password, string setting)
    {
        _go.Wait();
        var cost = int.Parse(setting.AsSpan(4, 2), System.Globalization.CultureInfo.InvariantCulture);
        lock (_costs)
            _costs.Add(cost);
        return cost == 4 ? Libcrypt.Hash(password, setting) : null;
    }

    public void Dispose()
    {
        _go.Set();
        _worker.Dispose();
    }

    static string Header(string credentials) => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}";

    async Task<(Admission Admission, int Work)> Try(string credentials, Dictionary<string, string>? users = null, string client = "192.0.2.1")
    {
        lock (_costs)
            _costs.Clear();
        var admission = await _auth.Check(users ?? s_one, Header(credentials), IPAddress.Parse(client));
        lock (_costs)
            return (admission, _costs.Sum(cost => 1 << cost));
    }

    [Fact]
    public async Task ARightPasswordIsCheckedOnceAndKnownFromThenOn()
    {
        Assert.Equal((Admission.Granted, 16), await Try("alice:secret"));
        Assert.Equal((Admission.Granted, 0), await Try("alice:secret"));
        Assert.Equal((Admission.Refused, 16), await Try("alice:secreT"));
        Assert.Equal((Admission.Refused, 16), await Try("alice:secreT"));
    }

    [Fact]
    public async Task AKnownPasswordIsForgottenWithItsHashAndWithItsUser()
    {
        Assert.Equal(Admission.Granted, (await Try("alice:secret")).Admission);
        Assert.Equal(Admission.Refused, (await Try("alice:secret", new() { ["alice"] = Cheap[..^1] + "a" })).Admission);
        Assert.Equal(Admission.Refused, (await Try("alice:secret", new() { ["bob"] = Cheap })).Admission);
        Assert.Equal((Admission.Granted, 0), await Try("alice:secret"));
    }

    [Fact]
    public async Task AnUnknownUserCostsWhatAWrongPasswordDoes()
    {
        Assert.Equal((Admission.Refused, 16), await Try("alice:wrong"));
        Assert.Equal((Admission.Refused, 16), await Try("mallory:wrong"));
        Assert.Equal((Admission.Refused, 16), await Try(":"));

        // Of users with hashes of different cost neither is told from the other, nor from nobody.
        var users = new Dictionary<string, string> { ["alice"] = Cheap, ["bob"] = Cheap.Replace("$04$", "$09$", StringComparison.Ordinal) };
        Assert.Equal((Admission.Refused, 512), await Try("alice:wrong", users));
        Assert.Equal((Admission.Refused, 512), await Try("bob:wrong", users));
        Assert.Equal((Admission.Refused, 512), await Try("mallory:wrong", users));
        Assert.Equal((Admission.Granted, 16), await Try("alice:secret", users));
    }

    [Fact]
    public async Task NeitherTheHashNorTheDecoysPasswordIsAPassword()
    {
        Assert.Equal(Admission.Granted, (await Try("alice:secret")).Admission);
        Assert.Equal(Admission.Refused, (await Try($"alice:{Cheap}")).Admission);
        Assert.Equal(Admission.Refused, (await Try($"alice{Cheap}:secret")).Admission);
        Assert.Equal(Admission.Refused, (await Try($"alic:e{Cheap}secret")).Admission);
        Assert.Equal(Admission.Refused, (await Try($"mallory:{Cheap}secret")).Admission);
    }

    [Fact]
    public async Task TwoUsersWhosePartsRunTogetherAlikeAreNotTakenForOneAnother()
    {
        var hash = Libcrypt.Hash(Encoding.UTF8.GetBytes($"{Cheap}x"), Cheap)!;
        var users = new Dictionary<string, string> { ["a"] = hash, [$"a{hash}"] = Cheap };
        Assert.Equal(Admission.Granted, (await Try($"a:{Cheap}x", users)).Admission);
        Assert.Equal(Admission.Refused, (await Try($"a{hash}:x", users)).Admission);
    }

    [Fact]
    public async Task AFloodWaitsInAQueueBoundedForEachClientAndAsAWhole()
    {
        Assert.Equal(Admission.Granted, (await Try("alice:secret")).Admission);
        _go.Reset();
        var flood = new List<Task<Admission>>();
        for (var i = 0; i < 100; i++)
            flood.Add(_auth.Check(s_one, Header($"alice:wrong{i}"), IPAddress.Parse("192.0.2.1")).AsTask());
        for (var i = 0; i < 100; i++)
            flood.Add(_auth.Check(s_one, Header($"alice:wrong{i + 100}"), IPAddress.Parse($"2001:db8::{i:x}")).AsTask());
        Assert.Equal(200 - 2 * PasswordWorker.MaxWaitingOfOneClient, flood.Count(task => task.IsCompleted && task.Result == Admission.Busy));
        for (var i = 0; i < 100; i++)
            flood.Add(_auth.Check(s_one, Header($"alice:wrong{i + 200}"), IPAddress.Parse($"198.51.100.{i}")).AsTask());
        Assert.Equal(PasswordWorker.MaxWaiting, flood.Count(task => !task.IsCompleted));

        // Who is known need not wait.
        Assert.Equal((Admission.Granted, 0), await Try("alice:secret"));
        _go.Set();
        Assert.All(await Task.WhenAll(flood), admission => Assert.NotEqual(Admission.Granted, admission));
    }

    [Fact]
    public async Task ManyAtOnceWithOnePasswordAreCheckedOnce()
    {
        _go.Reset();
        var many = Enumerable.Range(0, 1000).Select(_ => _auth.Check(s_one, Header("alice:secret"), IPAddress.Loopback).AsTask()).ToArray();
        _go.Set();
        Assert.All(await Task.WhenAll(many), admission => Assert.Equal(Admission.Granted, admission));
        Assert.Single(_costs);
    }

    [Theory]
    [InlineData("alice", "secret", "Basic YWxpY2U6c2VjcmV0")]
    [InlineData("alice", "secret", "bAsIc   YWxpY2U6c2VjcmV0 ")]
    [InlineData("alice", "a:b", "Basic YWxpY2U6YTpi")]
    [InlineData("", "", "Basic Og==")]
    [InlineData(null, null, "Basic")]
    [InlineData(null, null, "Basic ")]
    [InlineData(null, null, "Bearer YWxpY2U6c2VjcmV0")]
    [InlineData(null, null, "Basic YWxpY2U")]
    [InlineData(null, null, "Basic YWxpY2U=")]
    [InlineData(null, null, "Basic ****")]
    [InlineData(null, null, "Basic YWxpY2U6AGI=")]
    [InlineData(null, null, "")]
    public void TheHeaderIsReadAsRfc7617Says(string? user, string? password, string header)
    {
        var isGood = BasicAuth.TryParse(header, out var actualUser, out var actualPassword);
        Assert.Equal(user is not null, isGood);
        if (isGood)
            Assert.Equal((user, password), (actualUser, Encoding.UTF8.GetString(actualPassword)));
        Assert.False(BasicAuth.TryParse(new([header, header]), out _, out _));
        Assert.False(BasicAuth.TryParse(default, out _, out _));
        Assert.False(BasicAuth.TryParse(Header("a:" + new string('x', 512)), out _, out _));
    }

    [Fact]
    public void TheSystemsBcryptGivesTheKnownHashes()
    {
        Assert.Null(Libcrypt.WhyNoBcrypt());
        Assert.Equal(Cheap, Libcrypt.Hash("secret"u8, Cheap));
        Assert.Equal("$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", Libcrypt.Hash("U*U*U"u8, "$2a$05$XXXXXXXXXXXXXXXXXXXXXO"));
        Assert.Null(Libcrypt.Hash("secret"u8, "$2y$03$X0h1gDsPszWURQaxFh.zou"));
        Assert.Null(Libcrypt.Hash("secret"u8, "$2y$04$short"));
    }
}
