using System.Net;
using System.Net.Sockets;
using TcpAgent.Cli;
using TcpAgent.System;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>The Unix socket on which local users ask the agent.</summary>
[Collection("console")]
public sealed class QuerySocketTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tcp-agent-query-");

    string At => Path.Combine(_folder.FullName, "run", "query.sock");

    public void Dispose() => _folder.Delete(recursive: true);

    Task<LocalAnswer> Get(string path) => LocalRequest.Get(new UnixDomainSocketEndPoint(At), path, CancellationToken.None);

    [Fact]
    public async Task EveryUserMayReadAndItGoesWithTheAgent()
    {
        await using (var agent = await RunningAgent.OverFixture("linux-6.18", querySocket: At))
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
                | UnixFileMode.OtherRead | UnixFileMode.OtherWrite, File.GetUnixFileMode(At));
            var answer = await Get("/api/v1/why");
            Assert.Equal(200, answer.Status);
            Assert.StartsWith("{\"version\":1,", answer.Text, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(At));
    }

    [Fact]
    public async Task ItOnlyAnswersQuestions()
    {
        await using var agent = await RunningAgent.OverFixture("linux-6.18", querySocket: At);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(At));
        await socket.SendAsync("DELETE /api/v1/history HTTP/1.0\r\nHost: x\r\n\r\n"u8.ToArray());
        var buffer = new byte[4096];
        var length = await socket.ReceiveAsync(buffer);
        Assert.Equal(405, LocalAnswer.Parse(buffer.AsSpan(0, length)).Status);
    }

    /// <summary>The kernel shows the same to every user, so a password that keeps the network out keeps no local user out.</summary>
    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task NeitherPasswordNorTlsPlaysAPart(string scheme)
    {
        using var folder = new WebFolder(
            $"{(scheme == "https" ? WebFolder.TlsSection : "")}basic_auth_users:\n  alice: {WebFolder.SecretHash}\n");
        using var certificate = folder.WriteServerCertificate();
        await using var agent = await RunningAgent.OverFixture(
            "linux-6.18", webConfigFile: folder.ConfigFile, scheme: scheme, querySocket: At);

        // Metrics wait for the first sample, the verdict does not.
        Assert.Equal(200, (await Get("/metrics")).Status);
        Assert.Equal(200, (await Get("/api/v1/why")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await agent.Client.GetAsync("/api/v1/why")).StatusCode);
        var overTcp = await LocalRequest.Get(
            new IPEndPoint(IPAddress.Loopback, agent.Address.Port), "/api/v1/why", CancellationToken.None);
        Assert.Equal(401, overTcp.Status);
    }

    [Fact]
    public async Task AFileThatAKilledAgentLeftIsReplaced()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At)!);
        LeaveBehind();
        Assert.True(File.Exists(At));
        await using var agent = await RunningAgent.OverFixture("linux-6.18", querySocket: At);
        Assert.Equal(200, (await Get("/-/healthy")).Status);
    }

    /// <summary>A socket that was closed without being deleted, as a killed process closes it.</summary>
    void LeaveBehind()
    {
        var elsewhere = At + ".moved";
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(elsewhere));
            File.Move(elsewhere, At);
        }
    }

    [Fact]
    public async Task ALiveOneIsNotTaken()
    {
        await using var first = await RunningAgent.OverFixture("linux-6.18", querySocket: At);
        var (before, inode) = (await first.Samples(), InodeOf(At));
        await using (var second = await RunningAgent.OverFixture("linux-6.1", querySocket: At))
            await second.AssertServed();
        Assert.Equal(inode, InodeOf(At));
        Assert.Equal(200, (await Get("/-/healthy")).Status);
        Assert.True(await first.Samples() >= before);
    }

    static ulong InodeOf(string path) =>
        Libc.statx(Libc.AT_FDCWD, path, 0, Libc.STATX_INO, out var file) == 0 ? file.stx_ino : 0;

    [Fact]
    public void AFileOfAnotherKindIsNotDeleted()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At)!);
        File.WriteAllText(At, "precious");
        Assert.Null(QuerySocket.TryBind(At, out var problem));
        Assert.Equal($"{At}: there is a file that is no socket", problem);
        Assert.Equal("precious", File.ReadAllText(At));
    }

    [Fact]
    public void WhereItCannotBeItIsSaidWhy()
    {
        Assert.Null(QuerySocket.TryBind("/proc/query.sock", out var problem));
        Assert.NotEqual("", problem);
    }

    [Theory]
    [InlineData(
        "auto", "/run/a", "/run/u", "/run/a/query.sock",
        "/run/a/query.sock /run/tcp-agent/query.sock /run/u/tcp-agent/query.sock")]
    [InlineData("auto", "/run/a:/run/b", null, "/run/a/query.sock", "/run/a/query.sock /run/tcp-agent/query.sock")]
    [InlineData("auto", "/run/tcp-agent", null, "/run/tcp-agent/query.sock", "/run/tcp-agent/query.sock")]
    [InlineData(
        "auto", null, "/run/u", "/run/u/tcp-agent/query.sock", "/run/tcp-agent/query.sock /run/u/tcp-agent/query.sock")]
    [InlineData("auto", null, null, null, "/run/tcp-agent/query.sock")]
    [InlineData("none", "/run/a", "/run/u", null, "")]
    [InlineData("/x/q", "/run/a", "/run/u", "/x/q", "/x/q")]
    public void TheServiceComesBeforeTheUsersOwn(string flag, string? service, string? user, string? serves, string asks)
    {
        var before = (Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY"), Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"));
        try
        {
            Environment.SetEnvironmentVariable("RUNTIME_DIRECTORY", service);
            Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", user);
            Assert.Equal((serves, asks), (QuerySocket.ToServe(flag), string.Join(' ', QuerySocket.ToAsk(flag))));
        }
        finally
        {
            Environment.SetEnvironmentVariable("RUNTIME_DIRECTORY", before.Item1);
            Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", before.Item2);
        }
    }
}
