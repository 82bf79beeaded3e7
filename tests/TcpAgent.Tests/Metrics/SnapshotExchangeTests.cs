using TcpAgent.Metrics;

namespace TcpAgent.Tests.Metrics;

public class SnapshotExchangeTests
{
    static readonly Rows s_rows = Make(new Rows()), s_deviceRows = Make(new Rows("device"));

    static Rows Make(Rows rows)
    {
        for (var i = 0; i < 64; i++)
            rows.Gauge($"test_{i}", "Help.");
        return rows;
    }

    readonly Table[] _layout = [new(s_rows), new(s_deviceRows)];
    readonly SnapshotExchange _exchange;

    public SnapshotExchangeTests() => _exchange = new SnapshotExchange(_layout);

    /// <summary>Every value of a generation is its number, in the plain table and in as many instances as it says.</summary>
    void Publish(long generation)
    {
        _layout[0][0].Values.Fill(generation);
        _layout[1].Withdraw();
        for (var i = 0; i < generation % 7; i++)
            _layout[1].Add(Instance.None).Values.Fill(generation);
        _exchange.Publish(generation);
    }

    static bool IsConsistent(Snapshot snapshot, long generation)
    {
        var consistent = snapshot.Timestamp == generation && !snapshot[0][0].Values.ContainsAnyExcept(generation)
            && snapshot[1].Count == generation % 7;
        for (var i = 0; consistent && i < snapshot[1].Count; i++)
            consistent = !snapshot[1][i].Values.ContainsAnyExcept(generation);
        return consistent;
    }

    [Fact]
    public void BeforeTheFirstSampleThereIsNone() => Assert.Null(_exchange.Acquire());

    [Fact]
    public void AHeldSnapshotIsNeverWrittenTo()
    {
        Publish(5);
        var held = _exchange.Acquire()!;
        for (var generation = 6; generation < 20; generation++)
            Publish(generation);
        Assert.True(IsConsistent(held, 5));
        Assert.True(IsConsistent(_exchange.Acquire()!, 19));
        _exchange.Release(held);
    }

    [Fact]
    public void ASnapshotWithTwoReadersIsKeptUntilTheSecondIsDone()
    {
        Publish(1);
        var first = _exchange.Acquire()!;
        var second = _exchange.Acquire()!;
        Assert.Same(first, second);
        Publish(2);
        _exchange.Release(first);
        Publish(3);
        Publish(4);
        Assert.True(IsConsistent(second, 1));
        _exchange.Release(second);
    }

    [Fact]
    public void SnapshotsAreReused()
    {
        var seen = new HashSet<Snapshot>(ReferenceEqualityComparer.Instance);
        for (var generation = 1; generation < 100; generation++)
        {
            Publish(generation);
            var snapshot = _exchange.Acquire()!;
            seen.Add(snapshot);
            _exchange.Release(snapshot);
        }
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void SnapshotsHeldAcrossASwapComeBack()
    {
        var seen = new HashSet<Snapshot>(ReferenceEqualityComparer.Instance);
        for (var generation = 1; generation < 100; generation++)
        {
            Publish(generation);
            var snapshot = _exchange.Acquire()!;
            seen.Add(snapshot);
            Publish(generation);
            _exchange.Release(snapshot);
        }
        Assert.InRange(seen.Count, 1, 3);
    }

    [Fact]
    public void ConcurrentReadersSeeWholeGenerationsInOrder()
    {
        const int generations = 50_000;
        Publish(1);
        var failures = 0;
        var reads = 0;
        var stop = false;
        var readers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            long newest = 0;
            while (!Volatile.Read(ref stop))
            {
                var snapshot = _exchange.Acquire()!;
                var generation = snapshot.Timestamp;
                var good = generation >= newest && IsConsistent(snapshot, generation);

                // Read twice with a pause, so that a writer that took it would be seen.
                Thread.Yield();
                if (!good || !IsConsistent(snapshot, generation))
                    Interlocked.Increment(ref failures);
                newest = generation;
                _exchange.Release(snapshot);
                Interlocked.Increment(ref reads);
            }
        })).ToList();
        readers.ForEach(reader => reader.Start());
        for (var generation = 2; generation <= generations; generation++)
        {
            Publish(generation);
            if (generation % 64 == 0)
                Thread.Yield();
        }
        Volatile.Write(ref stop, true);
        readers.ForEach(reader => reader.Join());
        Assert.Equal(0, failures);
        Assert.True(reads > 0);
    }
}
