using System.Net;
using TcpAgent.Cli;
using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Cli;

/// <summary>How why --watch ends when what it shows cannot be written, or is read by nobody.</summary>
[Collection("console")]
[Trait("Category", "live")]
public sealed class LiveWhyTests : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    readonly FakeAgent _agent = FakeAgent.Of(
        200, $$"""
            {"version":1,"time":"2026-11-30T22:12:14Z","watched_seconds":60,"verdict":"near",
            "network_namespace":"{{NamespaceInstance.Of(KernelRoot.At("/proc", "/sys"))!.Inode}}"}
            """);

    readonly TextWriter _savedError = Console.Error;
    readonly StringWriter _error = new();

    public LiveWhyTests() => Console.SetError(_error);

    public void Dispose()
    {
        Console.SetError(_savedError);
        _error.Dispose();
        _agent.Dispose();
    }

    /// <summary>Fails for the writes that the test chooses.</summary>
    sealed class Sink(Exception failure, Func<byte, bool> fails) : MemoryStream
    {
        internal bool HasFailed { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!fails(buffer.Span[0]))
                return base.WriteAsync(buffer, cancellationToken);
            HasFailed = true;
            return ValueTask.FromException(failure);
        }
    }

    Task<int> Watch(Stream output, Func<bool> isUnread, TimeSpan? duration = null)
    {
        var options = new AgentOptions { ListenAddresses = [new IPEndPoint(IPAddress.Loopback, 9)], QuerySocket = _agent.Path };
        var why = new WhyOptions { IsLive = true, Duration = duration, IsLocal = duration is not null };
        return WhyCommand.Run(options, why, output, isUnread, CancellationToken.None).WaitAsync(s_patience);
    }

    /// <summary>The runtime lets a write to a closed pipe pass, and while nothing changes nothing is written.</summary>
    [Fact]
    public async Task WithoutAReaderTheWatchEndsWithTheExitCodeOfItsVerdict()
    {
        using var output = new MemoryStream();
        Assert.Equal(WhyCommand.Near, await Watch(output, () => _agent.Answered >= 2));
        Assert.Equal("", _error.ToString());
        Assert.Equal(1, output.ToArray().Count(one => one == (byte)'\n'));
    }

    /// <summary>A terminal that hung up fails with EIO.</summary>
    [Fact]
    public async Task AWriteThatFailsForLackOfAReaderIsNoError()
    {
        using var output = new Sink(new IOException("Input/output error"), _ => true);
        Assert.Equal(WhyCommand.Near, await Watch(output, () => output.HasFailed));
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public async Task AnyOtherWriteThatFailsIsReportedAndEndsTheWatch()
    {
        foreach (var failure in (Exception[])[
            new IOException("No space left on device"), new UnauthorizedAccessException("Bad file descriptor")])
        {
            using var output = new Sink(failure, _ => true);
            Assert.Equal(WhyCommand.CannotTell, await Watch(output, () => false));
            Assert.EndsWith(
                $"tcp-agent: error: the output could not be written: {failure.Message}\n", _error.ToString(), StringComparison.Ordinal);
        }
    }

    /// <summary>Lines of the view begin with the time, the answer with a word.</summary>
    [Fact]
    public async Task AnAnswerAtTheEndThatCannotBeWrittenIsReported()
    {
        using var output = new Sink(new IOException("No space left on device"), first => !char.IsAsciiDigit((char)first));
        Assert.Equal(WhyCommand.CannotTell, await Watch(output, () => false, TimeSpan.FromSeconds(2.5)));
        Assert.Contains("the output could not be written: No space left on device", _error.ToString(), StringComparison.Ordinal);
    }
}
