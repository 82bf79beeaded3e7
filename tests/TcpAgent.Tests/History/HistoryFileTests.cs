using TcpAgent.History;
using TcpAgent.Resources;
using TcpAgent.System;

namespace TcpAgent.Tests.History;

/// <summary>Damaged files: what is whole is read as it was written, what is not is left out, and nothing throws or hangs.</summary>
[Trait("Category", "slow")]
public sealed class HistoryFileTests : IDisposable
{
    const int Seed = 20261121;

    const int Written = 12;

    readonly HistoryRig _rig = new() { Span = TimeSpan.FromMinutes(1) };
    readonly byte[] _whole;
    readonly Dictionary<long, string> _records;

    public HistoryFileTests()
    {
        _rig.Restart();
        _rig.Listener("::", "443", 5, 4, 3);
        for (var i = 0; i < Written; i++)
        {
            _rig.State("syn_recv", i * i);
            _rig.Verdict(i > 5 ? ResourceState.Limiting : ResourceState.Ok);
            _rig.Tick();
        }
        _rig.Writer.Dispose();
        _whole = File.ReadAllBytes(_rig.FilePath);
        _records = _rig.Read().ToDictionary(record => record.Sequence, Text);
    }

    public void Dispose() => _rig.Dispose();

    static string Text(HistoryRecord record) =>
        $"{record.Time} {record.IsFirst} {string.Join(' ', record.Values.ToArray())} {string.Join(' ', record.Listeners)}";

    /// <summary>Every record read is one that was written; returns how many there are, or -1 where the file is none.</summary>
    int ReadDamaged(byte[] bytes)
    {
        var path = $"{_rig.FilePath}.damaged";
        File.WriteAllBytes(path, bytes);
        using var file = HistoryFile.TryOpen(path, out var problem);
        if (file is null)
        {
            Assert.NotEqual("", problem);
            return -1;
        }
        var (record, timeline, last) = (new HistoryRecord(), new Timeline(file.Header), 0L);
        var index = file.Index();
        foreach (var entry in index)
        {
            Assert.True(file.TryRead(entry, record));
            Assert.True(record.Sequence > last);
            Assert.Equal(_records[record.Sequence], Text(record));
            last = record.Sequence;
            timeline.Add(record);
        }
        timeline.Finish();
        return index.Count;
    }

    [Fact]
    public void AFileCutAnywhereIsReadUpToThere()
    {
        for (var length = 0; length < HistoryHeader.Size; length += length is > 100 and < HistoryHeader.Size - 100 ? 61 : 1)
            Assert.Equal(-1, ReadDamaged(_whole[..length]));

        // The first slot waits for the record that is a multiple of the capacity.
        const int Longest = HistoryHeader.Size + ((Written + 1) * HistoryRecord.Size);
        for (var length = HistoryHeader.Size + HistoryRecord.Size; length <= Longest; length += 7)
        {
            var whole = ((length - HistoryHeader.Size) / HistoryRecord.Size) - 1;
            Assert.Equal(whole, ReadDamaged(_whole[..length]));
        }
    }

    [Fact]
    public void EveryByteOfARecordIsUnderItsChecksum()
    {
        var at = HistoryHeader.Size + (3 * HistoryRecord.Size);
        for (var i = 0; i < HistoryRecord.Size; i++)
        {
            var bytes = (byte[])_whole.Clone();
            bytes[at + i] ^= 0x10;
            Assert.Equal(Written - 1, ReadDamaged(bytes));
        }
    }

    [Fact]
    public void WithoutItsHeaderAFileOfThisBuildIsReadAllTheSame()
    {
        for (var i = 0; i < HistoryHeader.Size; i += 5)
        {
            var bytes = (byte[])_whole.Clone();
            bytes[i] ^= 0x40;
            Assert.Equal(Written, ReadDamaged(bytes));
        }
    }

    [Fact]
    public void AnyDamageLeavesTheWholeRecordsAsTheyWere()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 1500; round++)
        {
            var bytes = new List<byte>(_whole[..(HistoryHeader.Size + ((Written + 1) * HistoryRecord.Size))]);
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                var at = random.Next(bytes.Count);
                var length = random.Next(1, Math.Min(random.Next(2) == 0 ? 4 : 5000, bytes.Count - at) + 1);
                switch (random.Next(5))
                {
                    case 0:
                        bytes[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        bytes.RemoveRange(at, length);
                        break;
                    case 2:
                        bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                        break;
                    case 3:
                        for (var j = at; j < at + length; j++)
                            bytes[j] = (byte)(round % 2 == 0 ? 0 : random.Next(256));
                        break;
                    case 4:
                        // A record in the place of another.
                        var slots = (bytes.Count - HistoryHeader.Size) / HistoryRecord.Size;
                        if (slots < 2)
                            break;
                        var copy = bytes.GetRange(HistoryHeader.Size + (random.Next(slots) * HistoryRecord.Size), HistoryRecord.Size);
                        var to = HistoryHeader.Size + (random.Next(slots) * HistoryRecord.Size);
                        bytes.RemoveRange(to, HistoryRecord.Size);
                        bytes.InsertRange(to, copy);
                        break;
                }
                if (bytes.Count == 0)
                    break;
            }
            ReadDamaged([.. bytes]);
        }
    }

    /// <summary>Headers and texts that only a forger writes: the checksum is right, what it covers is not.</summary>
    [Fact]
    public void ForgedContentsAreBoundedToo()
    {
        var random = new Random(Seed);
        var record = new HistoryRecord();
        var header = _rig.Header;
        for (var round = 0; round < 3000; round++)
        {
            var bytes = _whole.AsSpan(HistoryHeader.Size + HistoryRecord.Size, HistoryRecord.Size).ToArray();
            for (var i = random.Next(1, 30); i > 0; i--)
                bytes[random.Next(16, bytes.Length)] = (byte)random.Next(256);
            HistoryRecord.Seal(bytes, header.Layout, random.NextInt64());
            if (!record.TryRead(bytes, header))
                continue;
            var timeline = new Timeline(header);
            timeline.Add(record);
            timeline.Add(record);
            Assert.All(timeline.Finish(), one => Assert.DoesNotContain(one.Text, char.IsControl));
            Assert.All(record.Listeners, listener => Assert.DoesNotContain(listener.Name, char.IsControl));
        }
    }

    [Fact]
    public void AForgedHeaderIsNotBelieved()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])_rig.Header.Bytes.Clone();
            for (var i = random.Next(1, 4); i > 0; i--)
                BitConverter.TryWriteBytes(
                    bytes.AsSpan(8 + (4 * random.Next(6))), random.Next(3) switch { 0 => -1, 1 => random.Next(), _ => random.Next(4096) });
            BitConverter.TryWriteBytes(bytes.AsSpan(HistoryHeader.Size - 4), Checksum.Of(bytes.AsSpan(0, HistoryHeader.Size - 4)));
            if (HistoryHeader.TryParse(bytes) is not { } header)
                continue;
            Assert.InRange(header.Capacity, 1, HistoryHeader.MostRecords);
            Assert.True(header.Interval > 0);
        }
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/proc/self/mem")]
    [InlineData("/tmp")]
    [InlineData("/nonexistent/history.ring")]
    public void WhatIsNoHistoryFileIsSaidSo(string path)
    {
        Assert.Null(HistoryFile.TryOpen(path, out var problem));
        Assert.StartsWith(path, problem, StringComparison.Ordinal);
    }

    /// <summary>As a copy that was broken off leaves it, or an attacker: holes are skipped, and what lies behind them is found.</summary>
    [Fact]
    public void AFileOfHolesIsReadAtOnce()
    {
        using var folder = new TempFolder();
        var path = folder.File("sparse.ring");
        using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite))
            RandomAccess.SetLength(file, 10L << 30);
        var cpu = Libc.ThreadCpuTime();
        Assert.Null(HistoryFile.TryOpen(path, out _));
        Assert.InRange(Libc.ThreadCpuTime() - cpu, 0, 500_000_000);

        // A real file with a hole in its middle keeps what is before and after it.
        var bytes = _whole;
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, bytes.AsSpan(0, HistoryHeader.Size + 2 * HistoryRecord.Size), 0);
            RandomAccess.SetLength(file, bytes.Length);
            RandomAccess.Write(file, bytes.AsSpan(HistoryHeader.Size + 6 * HistoryRecord.Size, HistoryRecord.Size),
                HistoryHeader.Size + 6 * HistoryRecord.Size);
        }
        using var read = HistoryFile.TryOpen(path, out _);
        Assert.Equal([1L, 6L], read!.Index().Select(entry => entry.Sequence));
    }
}
