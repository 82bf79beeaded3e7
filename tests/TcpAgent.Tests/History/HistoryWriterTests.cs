using System.Diagnostics;
using TcpAgent.History;

namespace TcpAgent.Tests.History;

/// <summary>The file as it is written, by one process after another, and whatever the disk does.</summary>
public class HistoryWriterTests
{
    static long[] Sequences(IEnumerable<HistoryRecord> records) => [.. records.Select(record => record.Sequence)];

    [Fact]
    public void TheRingGoesOnAfterARestartAndOverwritesTheOldest()
    {
        using var rig = new HistoryRig { Span = TimeSpan.FromMinutes(1) };
        rig.Restart();
        rig.Tick(50);
        rig.Restart();
        rig.Tick(30);
        var records = rig.Read();
        Assert.Equal(Enumerable.Range(21, 60).Select(i => (long)i), Sequences(records));
        Assert.Equal([51L], Sequences(records.Where(record => record.IsFirst)));
        Assert.Equal(rig.Header.FileSize, new FileInfo(rig.FilePath).Length);
        Assert.Equal(30, rig.Writer.Counters.Written);
    }

    [Fact]
    public void AFileOfAnotherSpanIsSetAsideAndOfThoseTheLastTwoAreKept()
    {
        using var rig = new HistoryRig();
        for (var minutes = 20; minutes < 24; minutes++)
        {
            rig.Span = TimeSpan.FromMinutes(minutes);
            rig.Restart();
            rig.Tick(minutes);
        }
        Assert.Equal([1, 23], [Sequences(rig.Read())[0], rig.Read().Count]);
        var aside = rig.Beside().Where(name => name.Contains(".old-", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, aside.Length);
        Assert.Equal([21, 22], aside.Select(name => HistoryRig.Read(Path.Combine(Path.GetDirectoryName(rig.FilePath)!, name)).Count));
        Assert.Equal(3, rig.Log.Lines.Count(line => line.Contains("it was moved to", StringComparison.Ordinal)));
    }

    [Fact]
    public void AFileThatACrashLeftWithoutItsHeaderIsSetAside()
    {
        using var rig = new HistoryRig();
        File.WriteAllBytes(rig.FilePath, new byte[100_000]);
        rig.Tick();
        Assert.Single(rig.Read());
        Assert.Single(rig.Beside(), name => name.Contains(".old-", StringComparison.Ordinal));
    }

    [Fact]
    public void AFileOfSomebodyElsesIsLeftAsItIs()
    {
        using var rig = new HistoryRig();
        File.WriteAllText(rig.FilePath, "root:x:0:0:root:/root:/bin/bash\n");
        rig.Tick(3);
        Assert.Equal("root:x:0:0:root:/root:/bin/bash\n", File.ReadAllText(rig.FilePath));
        Assert.Single(rig.Beside());
        Assert.True(rig.Writer.Counters.IsFailing);
        Assert.Contains("is not a history file and is left untouched", rig.Log.Lines.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void TwoAgentsDoNotWriteOneFile()
    {
        using var rig = new HistoryRig();
        rig.Tick();
        using var second = new HistoryWriter(
            rig.FilePath, HistoryHeader.For(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1)), rig.Time, rig.Log);
        second.Queue.Reserve();
        second.Queue.Publish();
        second.Drain();
        Assert.True(second.Counters.IsFailing);
        Assert.Equal((0, 1), (second.Counters.Written, second.Counters.Lost));
        rig.Tick();
        Assert.Equal([1, 2], Sequences(rig.Read()));
    }

    [Fact]
    public void WhatCannotBeWrittenIsCountedSaidOnceAndTriedAgainAfterTenSeconds()
    {
        using var rig = new HistoryRig();
        var folder = Path.Combine(Path.GetDirectoryName(rig.FilePath)!, "state");
        rig.FilePath = Path.Combine(folder, "history.ring");
        rig.Restart();
        rig.Tick(25);
        var counters = rig.Writer.Counters;
        Assert.Equal((0, 25, 3, true), (counters.Written, counters.Lost, counters.Failures, counters.IsFailing));
        Assert.Contains("continues without it", rig.Log.Lines.Single(), StringComparison.Ordinal);

        Directory.CreateDirectory(folder);
        rig.Tick(10);
        Assert.False(counters.IsFailing);
        Assert.Equal(35, counters.Written + counters.Lost);
        Assert.InRange(counters.Written, 4, 6);
        Assert.Equal(counters.Written, rig.Read().Count);
        Assert.Equal(2, rig.Log.Lines.Count);
        Assert.EndsWith("again", rig.Log.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void ADiskThatHangsFillsTheQueueAndDelaysNothing()
    {
        using var rig = new HistoryRig();
        rig.Tick(RecordQueue.Length + 5, drain: false);
        var counters = rig.Writer.Counters;
        Assert.Equal((5, true), (counters.Lost, counters.IsFailing));
        Assert.Contains("has gaps", rig.Log.Lines.Single(), StringComparison.Ordinal);

        rig.Writer.Drain();
        rig.Tick();
        Assert.False(counters.IsFailing);
        Assert.Equal(RecordQueue.Length + 1, rig.Read().Count);
        Assert.Equal(2, rig.Log.Lines.Count);
    }

    [Fact]
    public void ItsOwnThreadWritesAndTheEndOfTheAgentLosesNothing()
    {
        using var rig = new HistoryRig();
        rig.Writer.Start();
        rig.Tick(40, drain: false);
        rig.Restart();
        Assert.Equal(40, rig.Read().Count);
    }

    public static TheoryData<string> Ways => new() { "deleted", "replaced", "truncated", "cut", "folder" };

    /// <summary>Whatever happens to the file while it is open, ten seconds later records are where its path leads.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void AFileThatIsLostWhileItIsWrittenIsNoticedWithinTenSeconds(string way)
    {
        using var rig = new HistoryRig();
        var folder = Path.Combine(Path.GetDirectoryName(rig.FilePath)!, "state");
        Directory.CreateDirectory(folder);
        rig.FilePath = Path.Combine(folder, "history.ring");
        rig.Restart();
        rig.Tick(15);
        var counters = rig.Writer.Counters;
        switch (way)
        {
            case "deleted":
                File.Delete(rig.FilePath);
                break;
            case "replaced":
                Run("cp", rig.FilePath, $"{rig.FilePath}.other");
                File.Move($"{rig.FilePath}.other", rig.FilePath, overwrite: true);
                break;
            case "truncated":
            case "cut":
                Run("truncate", $"--size={(way == "cut" ? rig.Header.FileSize / 2 : 0)}", rig.FilePath);
                break;
            case "folder":
                Directory.Move(folder, $"{folder}.moved");
                break;
        }
        rig.Tick(11);
        Assert.Equal(1, rig.Log.Lines.Count(line => line.Contains("is opened again", StringComparison.Ordinal)));
        if (way == "folder")
        {
            Assert.True(counters.IsFailing);
            Directory.CreateDirectory(folder);
            rig.Tick(11);
        }
        Assert.False(counters.IsFailing);
        Assert.InRange(counters.Failures, 1, 3);
        Assert.Equal(rig.Header.FileSize, new FileInfo(rig.FilePath).Length);
        var before = rig.Read().Count;
        rig.Tick(5);
        Assert.Equal(before + 5, rig.Read().Count);
    }

    /// <summary>By a program that knows nothing of the writer's lock.</summary>
    static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void AFileThatNobodyTouchesIsNotOpenedAgain()
    {
        using var rig = new HistoryRig();
        rig.Tick(200);
        Assert.Empty(rig.Log.Lines);
        Assert.Equal((200, 0), (rig.Writer.Counters.Written, rig.Writer.Counters.Failures));
    }

    /// <summary>The one that opens the file writes where its path leads, and every other is refused.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OfAgentsThatStartAtOnceOneWritesTheFileThatIsThere(bool isOld)
    {
        using var folder = new TempFolder();
        var header = HistoryHeader.For(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1));
        var old = HistoryHeader.For(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1));
        for (var round = 0; round < 40; round++)
        {
            var path = folder.File($"{round}.ring");
            if (isOld)
                RingFile.Open(path, old, DateTimeOffset.UtcNow, out _).Dispose();
            const int Agents = 6;
            using var start = new Barrier(Agents);
            var opened = new RingFile?[Agents];
            var threads = Enumerable.Range(0, Agents).Select(i => new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    opened[i] = RingFile.Open(path, header, DateTimeOffset.UtcNow, out _);
                }
                catch (IOException)
                {
                    // Another has it.
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            var winners = opened.Where(one => one is not null).ToList();
            Assert.InRange(winners.Count, 0, 1);
            foreach (var winner in winners)
                Assert.Null(winner!.Trouble(path));

            // Ten seconds later the next tries.
            if (winners.Count == 0)
                winners.Add(RingFile.Open(path, header, DateTimeOffset.UtcNow, out _));
            winners.ForEach(one => one!.Dispose());
            Assert.False(File.Exists($"{path}.new"));
            using var read = HistoryFile.TryOpen(path, out _);
            Assert.Equal(header.Capacity, read!.Header.Capacity);
        }
    }
}
