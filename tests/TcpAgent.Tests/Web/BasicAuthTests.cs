using System.Globalization;
using System.Net;
using System.Text;
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
        var cost = int.Parse(setting.AsSpan(4, 2), CultureInfo.InvariantCulture);
        lock (_costs)
            _costs.Add(cost);
        return cost == 4 ? Bcrypt.Hash(password, setting) : null;
    }

    public void Dispose()
    {
        _go.Set();
        _worker.Dispose();
    }

    static string Header(string credentials) => Header(Encoding.UTF8.GetBytes(credentials));

    static string Header(byte[] credentials) => $"Basic {Convert.ToBase64String(credentials)}";

    /// <summary>The credentials are accepted; the work, where given, is the rounds of bcrypt that this took.</summary>
    Task Grants(string credentials, int? work = null, Dictionary<string, string>? users = null) =>
        Try(Admission.Granted, Encoding.UTF8.GetBytes(credentials), work, users);

    Task Refuses(string credentials, int? work = null, Dictionary<string, string>? users = null) =>
        Refuses(Encoding.UTF8.GetBytes(credentials), work, users);

    Task Refuses(byte[] credentials, int? work = null, Dictionary<string, string>? users = null) =>
        Try(Admission.Refused, credentials, work, users);

    async Task Try(Admission expected, byte[] credentials, int? work, Dictionary<string, string>? users)
    {
        lock (_costs)
            _costs.Clear();
        Assert.Equal(expected, await _auth.Check(users ?? s_one, Header(credentials), IPAddress.Parse("192.0.2.1")));
        lock (_costs)
            Assert.Equal(work ?? _costs.Sum(cost => 1 << cost), _costs.Sum(cost => 1 << cost));
    }

    [Fact]
    public async Task ARightPasswordIsCheckedOnceAndKnownFromThenOn()
    {
        await Grants("alice:secret", work: 16);
        await Grants("alice:secret", work: 0);
        await Refuses("alice:secreT", work: 16);
        await Refuses("alice:secreT", work: 16);
    }

    [Fact]
    public async Task AKnownPasswordIsForgottenWithItsHashAndWithItsUser()
    {
        await Grants("alice:secret");
        await Refuses("alice:secret", users: new() { ["alice"] = Cheap[..^1] + "a" });
        await Refuses("alice:secret", users: new() { ["bob"] = Cheap });
        await Grants("alice:secret", work: 0);
    }

    [Fact]
    public async Task AnUnknownUserCostsWhatAWrongPasswordDoes()
    {
        await Refuses("alice:wrong", work: 16);
        await Refuses("mallory:wrong", work: 16);
        await Refuses(":", work: 16);

        // Of users with hashes of different cost neither is told from the other, nor from nobody.
        var users = new Dictionary<string, string> { ["alice"] = Cheap, ["bob"] = Cheap.Replace("$04$", "$09$", StringComparison.Ordinal) };
        await Refuses("alice:wrong", work: 512, users);
        await Refuses("bob:wrong", work: 512, users);
        await Refuses("mallory:wrong", work: 512, users);
        await Grants("alice:secret", work: 16, users);
    }

    [Fact]
    public async Task APasswordThatIsNotUtf8CostsWhatAWrongOneDoes()
    {
        await Refuses([.. "alice:"u8, 0xff, 0xfe], work: 16);
        await Refuses([.. "alice:secret"u8, 0xc3], work: 16);
        await Refuses([.. "mallory:"u8, 0x80], work: 16);

        // Not taken for the one with U+FFFD, which decoding makes of it.
        var users = new Dictionary<string, string> { ["alice"] = Bcrypt.Hash("\ufffd"u8, Cheap)! };
        await Refuses([.. "alice:"u8, 0xff], work: 16, users);
        await Grants("alice:\ufffd", work: 16, users);
    }

    [Fact]
    public async Task AHasherThatThrowsCostsOneRequestAndNotTheWorker()
    {
        using var worker = new PasswordWorker(
            (password, setting) => password.SequenceEqual("throw"u8)
                ? throw new InvalidOperationException("a mistake")
                : Bcrypt.Hash(password, setting), TimeProvider.System);
        var auth = new BasicAuth(worker);
        for (var i = 0; i < 8; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(
                async () => await auth.Check(s_one, Header("alice:throw"), IPAddress.Loopback));
            Assert.Equal(Admission.Granted, await auth.Check(s_one, Header("alice:secret"), IPAddress.Loopback));
        }
    }

    [Fact]
    public async Task NeitherTheHashNorTheDecoysPasswordIsAPassword()
    {
        await Grants("alice:secret");
        await Refuses($"alice:{Cheap}");
        await Refuses($"alice{Cheap}:secret");
        await Refuses($"alic:e{Cheap}secret");
        await Refuses($"mallory:{Cheap}secret");
    }

    [Fact]
    public async Task TwoUsersWhosePartsRunTogetherAlikeAreNotTakenForOneAnother()
    {
        var hash = Bcrypt.Hash(Encoding.UTF8.GetBytes($"{Cheap}x"), Cheap)!;
        var users = new Dictionary<string, string> { ["a"] = hash, [$"a{hash}"] = Cheap };
        await Grants($"a:{Cheap}x", users: users);
        await Refuses($"a{hash}:x", users: users);
    }

    [Fact]
    public async Task AFloodWaitsInABoundedQueueAndTheOldestOfTheGreatestClientMakesRoom()
    {
        await Grants("alice:secret");
        _go.Reset();
        var flood = new List<Task<Admission>>();
        for (var i = 0; i < 300; i++)
            flood.Add(_auth.Check(s_one, Header($"alice:wrong{i}"), IPAddress.Parse("192.0.2.1")).AsTask());
        var others = new List<Task<Admission>>();
        for (var i = 0; i < 20; i++)
            others.Add(_auth.Check(s_one, Header($"alice:wrong{i + 300}"), IPAddress.Parse($"198.51.100.{i}")).AsTask());
        Assert.All(others, other => Assert.False(other.IsCompleted));

        // One is being checked.
        for (var i = 0; i < 200 && flood.Count(task => !task.IsCompleted) > PasswordQueue.MaxWaiting - 19; i++)
            await Task.Delay(50);
        Assert.InRange(flood.Count(task => !task.IsCompleted), PasswordQueue.MaxWaiting - 21, PasswordQueue.MaxWaiting - 19);
        Assert.All(flood.Where(task => task.IsCompleted), task => Assert.Equal(Admission.Busy, task.Result));

        // Who is known need not wait.
        await Grants("alice:secret", work: 0);
        _go.Set();
        Assert.All(await Task.WhenAll([.. flood, .. others]), admission => Assert.NotEqual(Admission.Granted, admission));
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
    [InlineData(null, null, "Basic YWxpY2U6c2VjcmV0AHNlY3JldA==")]
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
}
