using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Sources.ListenersRig;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Sources;

public sealed class AcceptWaitsTests : IDisposable
{
    readonly ListenersRig _rig = new();

    public void Dispose() => _rig.Dispose();

    FakeSockets Table => _rig.Table;

    long? Oldest(int port, string address = "0.0.0.0") => _rig.Value("oldest_wait_seconds", port, address);

    [Fact]
    public void WhileAllQueuesAreEmptyNothingIsAsked()
    {
        Table.Set(Listen(443, 1), Listen(80, 2), Waiting(443, 5_000));
        for (var tick = 0; tick < 5; tick++)
            _rig.Tick();
        Assert.Empty(Table.AskedPorts);
        _rig.Shows(443, oldestWaitMs: Absent);
    }

    [Fact]
    public void TheOldestWaitIsExportedOnlyWhileTheQueueIsNotEmpty()
    {
        Table.Set(Listen(443, 1, length: 2), Waiting(443, 700), Waiting(443, 5_000), Waiting(443, 30));
        _rig.Tick();
        _rig.Shows(443, oldestWaitMs: 5_000);
        Table.Set(Listen(443, 1));
        _rig.Tick();
        _rig.Shows(443, oldestWaitMs: Absent);
    }

    [Fact]
    public void AQueueThatFillsAgainDoesNotBringTheOldWaitBack()
    {
        Table.Set(Listen(443, 1, length: 1), Waiting(443, 5_000));
        _rig.Tick();
        Table.Set(Listen(443, 1));
        _rig.Tick();
        Table.Set(Listen(443, 1, length: 1), Waiting(443, 10));
        _rig.Tick();
        _rig.Shows(443, oldestWaitMs: 10);
    }

    [Fact]
    public void OnlyConnectionsThatNoProcessHoldsWait()
    {
        Table.Set(
            Listen(443, 1, length: 2), Waiting(443, 7, TcpState.CloseWait), new FakeSocket(TcpState.Established) { Waited = 9_000 },
            Waiting(443, 8_000, TcpState.FinWait1));
        _rig.Tick();
        _rig.Shows(443, oldestWaitMs: 7);
    }

    [Fact]
    public void AConnectionWithoutATimeIsIgnored()
    {
        Table.Set(Listen(443, 1, length: 2), new FakeSocket(TcpState.Established) { Inode = 0 });
        _rig.Tick();
        _rig.Shows(443, oldestWaitMs: Absent);
        Table.Add(Waiting(443, 3));
        _rig.Tick();
        _rig.Shows(443, oldestWaitMs: 3);
    }

    [Fact]
    public void PortsAreAskedForInTurn()
    {
        Table.Set(Listen(443, 1, length: 1), Listen(80, 2, length: 1), Listen(22, 3), Listen(65535, 4, length: 1));
        for (var tick = 0; tick < 7; tick++)
            _rig.Tick();
        Assert.Equal([80, 443, 65535, 80, 443, 65535, 80], Table.AskedPorts);
    }

    [Fact]
    public void TheRoundGoesOnFromTheLastPortWhenOthersWait()
    {
        Table.Set(Listen(443, 1, length: 1), Listen(80, 2, length: 1), Listen(22, 3), Listen(65535, 4, length: 1));
        _rig.Tick();
        Table.Set(Listen(22, 3, length: 1), Listen(65535, 4, length: 1));
        _rig.Tick();
        _rig.Tick();
        Assert.Equal([65535, 22], Table.AskedPorts[1..]);
    }

    [Fact]
    public void EachWaitBelongsToTheListenerOfItsAddress()
    {
        Table.Set(
            Listen(443, 1, length: 1), Listen(443, 2, length: 1, address: "10.0.0.1"), Listen(443, 3, length: 1, address: "::"),
            Listen(80, 4, length: 1),
            Waiting(443, 100, address: "10.0.0.1"), Waiting(443, 200, address: "10.0.0.9"), Waiting(443, 150, address: "10.0.0.8"),
            Waiting(443, 300, address: "2001:db8::1"), Waiting(80, 400));
        _rig.Tick();
        _rig.Shows(80, oldestWaitMs: 400);
        _rig.Shows(443, oldestWaitMs: Absent);
        _rig.Tick();
        _rig.Shows(443, "10.0.0.1", oldestWaitMs: 100);
        _rig.Shows(443, oldestWaitMs: 200);
        _rig.Shows(443, "::", oldestWaitMs: 300);
        _rig.Shows(80, oldestWaitMs: 400);
    }

    [Fact]
    public void ALaterScanReplacesTheEarlier()
    {
        Table.Set(Listen(443, 1, length: 1), Waiting(443, 9_000));
        _rig.Tick();
        Table.Set(Listen(443, 1, length: 1), Waiting(443, 40));
        _rig.Tick();
        _rig.Shows(443, oldestWaitMs: 40);
    }

    [Fact]
    public void AScanThatFindsNobodyWaitingEndsTheWait()
    {
        Table.Set(Listen(443, 1, length: 1), Waiting(443, 9_000));
        _rig.Tick();
        Table.Set(Listen(443, 1, length: 1));
        _rig.Tick();
        _rig.Shows(443, oldestWaitMs: Absent);
    }

    [Fact]
    public void AScanThatFailsLeavesNoOldWaitBehind()
    {
        Table.Set(Listen(443, 1, length: 1), Waiting(443, 9_000));
        _rig.Tick();
        Table.BrokenPorts = true;
        _rig.Tick();
        _rig.Shows(443, oldestWaitMs: Absent, queue: 1);
        Table.BrokenPorts = false;
        _rig.Tick();
        _rig.Shows(443, oldestWaitMs: 9_000);
    }

    [Fact]
    public void ScansStayWithinTheirShareOfACpu()
    {
        // A thousand millionth of a CPU: hours do not pay for the first scan.
        using var rig = new ListenersRig(walkBudget: 1e-9);
        rig.Table.Set(Listen(443, 1, length: 1), Waiting(443, 9_000));
        for (var tick = 0; tick < 60; tick++)
            rig.Tick();
        Assert.Single(rig.Table.AskedPorts);
        rig.Shows(443, oldestWaitMs: 9_000);
    }

    [Fact]
    public void AWaitFromBeforeTheQueueWasEmptyIsNotExported()
    {
        using var rig = new ListenersRig(walkBudget: 1e-9);
        rig.Table.Set(Listen(443, 1, length: 1), Waiting(443, 9_000));
        rig.Tick();
        rig.Table.Set(Listen(443, 1));
        rig.Tick();
        rig.Table.Set(Listen(443, 1, length: 1));
        rig.Tick();
        Assert.Single(rig.Table.AskedPorts);
        rig.Shows(443, oldestWaitMs: Absent);
    }
}
