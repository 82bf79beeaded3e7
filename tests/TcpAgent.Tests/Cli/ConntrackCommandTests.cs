using System.Text;
using System.Text.Json;
using TcpAgent.Cli;
using TcpAgent.Kernel.Netlink;
using TcpAgent.System;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Cli;

/// <summary>conntrack, as it is called: what it asks, what it prints and how it ends.</summary>
[Collection("console")]
public sealed class ConntrackCommandTests : IDisposable
{
    const string Count = "sys/net/netfilter/nf_conntrack_count", Limit = "sys/net/netfilter/nf_conntrack_max";

    readonly TempRoot _root = new();

    public void Dispose() => _root.Dispose();

    static ReplayTransport Kernel(params byte[][] entries) => new(request =>
    {
        var sequence = ReplayTransport.SequenceOf(request);
        return [Answer.Of([.. entries.Select(entry => Message(Ctnetlink.NewEntry, sequence, entry)), Done(sequence)])];
    });

    static ReplayTransport Refusing(int errno) => new(request =>
        [Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, ReplayTransport.SequenceOf(request), Int32(-errno), flags: 0))]);

    async Task<(int Exit, string Output, string Error)> Run(ReplayTransport kernel, bool isJson = false)
    {
        var error = Console.Error;
        using var newError = new StringWriter();
        using var output = new MemoryStream();
        try
        {
            Console.SetError(newError);
            var exit = await ConntrackCommand.Run(
                _root.Kernel, new JsonOptions { IsJson = isJson }, new NetlinkDump(() => (0, kernel)), new ManualTime(),
                output);
            return (exit, Encoding.UTF8.GetString(output.ToArray()), newError.ToString());
        }
        finally
        {
            Console.SetError(error);
        }
    }

    void HasTable(int count = 2)
    {
        _root.Write(Count, $"{count}\n");
        _root.Write(Limit, "100\n");
    }

    [Fact]
    public async Task TheTableIsPrinted()
    {
        HasTable();
        var (exit, output, error) = await Run(Kernel(Tracked("10.0.0.1", "10.0.0.10"), Tracked("10.0.0.1", "10.0.0.10", port: 123)));
        Assert.Equal((0, ""), (exit, error));
        Assert.StartsWith("2 entries in the connection tracking table of 100 (2 %)\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AsJsonItIsADocumentWithTheBoundsOfEachFigure()
    {
        HasTable();
        var (exit, output, _) = await Run(
            Kernel(Tracked("10.0.0.1", "10.0.0.10", 6, 443, 6, state: 3), Tracked("10.0.0.1", "10.0.0.10")), isJson: true);
        Assert.Equal(0, exit);
        var document = JsonDocument.Parse(output).RootElement;
        Assert.Equal("2", document.GetProperty("entries").GetRawText());
        Assert.Equal("100", document.GetProperty("limit").GetRawText());
        Assert.Equal("true", document.GetProperty("complete").GetRawText());
        const string One = """{"estimate":1,"low":1,"high":1}""", None = """{"estimate":0,"low":0,"high":0}""";
        Assert.Equal(
            $$"""
            [{"name":"tcp","entries":{{One}},"unreplied":{{None}},"assured":{{One}},
            "states":[{"name":"established","entries":{{One}},"unreplied":{{None}},"assured":{{One}}}]},
            {"name":"udp","entries":{{One}},"unreplied":{{One}},"assured":{{None}}}]
            """.ReplaceLineEndings(""), document.GetProperty("protocols").GetRawText());
        Assert.Equal("10.0.0.1", document.GetProperty("sources")[0].GetProperty("name").GetString());
        Assert.Equal("10.0.0.10:443", document.GetProperty("destinations")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task WithoutThePrivilegeItSaysWhatItNeeds()
    {
        HasTable();
        var (exit, output, error) = await Run(Refusing(Libc.EPERM));
        Assert.Equal((3, ""), (exit, output));
        Assert.StartsWith("tcp-agent: error: the kernel lists the connection tracking table only ", error, StringComparison.Ordinal);
        Assert.Contains("CAP_NET_ADMIN", error, StringComparison.Ordinal);
        Assert.Contains("sudo tcp-agent conntrack", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AKernelThatCannotListItIsNamed()
    {
        HasTable();
        var (exit, _, error) = await Run(Refusing(Libc.EINVAL));
        Assert.Equal(3, exit);
        Assert.Contains("nf_conntrack_netlink", error, StringComparison.Ordinal);
    }

    /// <summary>The request alone would make the kernel load its modules.</summary>
    [Fact]
    public async Task WhereNothingIsTrackedTheKernelIsNotAsked()
    {
        var kernel = Kernel();
        var (exit, output, error) = await Run(kernel);
        Assert.Equal((0, ""), (exit, error));
        Assert.Equal("No connection is tracked here: nf_conntrack is not loaded.\n", output);
        Assert.Empty(kernel.Requests);
    }

    [Fact]
    public async Task AsJsonATableThatIsNotThereIsNull()
    {
        var (exit, output, _) = await Run(Kernel(), isJson: true);
        Assert.Equal(0, exit);
        Assert.EndsWith(",\"entries\":null,\"limit\":null}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASizeThatCannotBeReadIsAnError()
    {
        _root.Write(Count, "many\n");
        var (exit, _, error) = await Run(Kernel());
        Assert.Equal(3, exit);
        Assert.Contains(Count, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsLeftOutIsSaid()
    {
        HasTable();
        var (exit, output, error) = await Run(Kernel(Tracked("10.0.0.1", "10.0.0.10"), [2, 0, 0, 0]));
        Assert.Equal(0, exit);
        Assert.Equal("tcp-agent: warning: entries that are not in the kernel's format are left out: 1\n", error);
        Assert.Contains("udp", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATableOfWhichNothingCanBeReadIsAnError()
    {
        HasTable();
        var (exit, output, _) = await Run(Kernel([2, 0, 0, 0]));
        Assert.Equal((3, ""), (exit, output));
    }
}
