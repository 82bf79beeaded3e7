using System.IO.Pipes;
using TcpAgent.Cli;
using TcpAgent.System;

namespace TcpAgent.Tests.Cli;

/// <summary>Output that nobody can read, or that cannot be written.</summary>
[Collection("console")]
public class OutputTests
{
    sealed class Failing(Exception failure) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => 0;

        public override long Position { get; set; }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override long Seek(long offset, SeekOrigin origin) => 0;

        public override void SetLength(long value)
        {
        }

        public override void Write(byte[] buffer, int offset, int count) => throw failure;
    }

    [Fact]
    public void APipeHasNoReaderOnceItIsClosedAndAFileAlwaysHas()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        var descriptor = (int)pipe.SafePipeHandle.DangerousGetHandle();
        Assert.False(Libc.HasHungUp(descriptor));
        pipe.WriteByte(0);
        Assert.False(Libc.HasHungUp(descriptor));
        pipe.DisposeLocalCopyOfClientHandle();
        Assert.True(Libc.HasHungUp(descriptor));

        using var file = new FileStream("/dev/null", FileMode.Open, FileAccess.Write);
        Assert.False(Libc.HasHungUp((int)file.SafeFileHandle.DangerousGetHandle()));
        Assert.False(Libc.HasHungUp(-1));
    }

    [Fact]
    public void AFailedWriteToStdoutIsTheOutputsAndNoOther()
    {
        foreach (var failure in (Exception[])[new IOException("No space left on device"), new UnauthorizedAccessException("closed")])
        {
            using var output = new StreamWriter(new StandardOutput(new Failing(failure))) { AutoFlush = true };
            Assert.Equal(failure.Message, Assert.Throws<OutputException>(() => output.WriteLine("x")).Message);
        }
        var mistake = new StandardOutput(new Failing(new InvalidOperationException()));
        Assert.Throws<InvalidOperationException>(() => mistake.WriteByte(1));
    }

    [Fact]
    public void AMessageForAStderrThatIsFullIsLostWithoutHarm()
    {
        var saved = Console.Error;
        using var full = new StreamWriter(new Failing(new IOException("No space left on device"))) { AutoFlush = true };
        try
        {
            Console.SetError(full);
            Output.Say("lost");
            Assert.Equal(3, Output.Failed(new IOException("x"), 3));
            var countdown = new Countdown(full, isTerminal: true);
            countdown.Show(TimeSpan.FromSeconds(3));
            countdown.Clear();
        }
        finally
        {
            Console.SetError(saved);
        }
    }

    /// <summary>A message that went past Say would abort a process whose stderr is closed.</summary>
    [Fact]
    public void NobodyElseWritesToStderr()
    {
        var wild = Directory.GetFiles(Repo.Path("src", "TcpAgent"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("Console.Error.Write", StringComparison.Ordinal))
            .Select(Path.GetFileName);
        Assert.Equal(["Output.cs"], wild);
    }
}
