using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Sources.ListenersRig;

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
        Assert.Null(Oldest(443));
    }

    [Fact]
    public void TheOldestWaitShowsOnlyWhileTheQueueIsNotEmpty()
    {
        Table.Set(Listen(443, 1, length: 2), Waiting(443, 700), Waiting(443, 5_000), Waiting(443, 30));
        _rig.Tick();
        Assert.Equal(5_000, Oldest(443));
        Table.Set(Listen(443, 1));
        _rig.Tick();
        Assert.Null(Oldest(443));

        // The queue fills again: the old wait does not come back with it.
        Table.Set(Listen(443, 1, length: 1), Waiting(443, 10));
        _rig.Tick();
        Assert.Equal(10, Oldest(443));
    }

    [Fact]
    public void OnlyConnectionsThatNoProcessHoldsWait()
    {
        Table.Set(
            Listen(443, 1, length: 2), Waiting(443, 7, TcpState.CloseWait), new FakeSocket(TcpState.Established) { Waited = 9_000 },
            Waiting(443, 8_000, TcpState.FinWait1));
        _rig.Tick();
        Assert.Equal(7, Oldest(443));
    }

    [Fact]
    public void AConnectionThatTellsNoTimeIsPassedOver()
    {
        Table.Set(Listen(443, 1, length: 2), new FakeSocket(TcpState.Established) { Inode = 0 });
        _rig.Tick();
        Assert.Null(Oldest(443));
        Table.Add(Waiting(443, 3));
        _rig.Tick();
        Assert.Equal(3, Oldest(443));
    }

    [Fact]
    public void PortsAreAskedRoundAndRound()
    {
        Table.Set(Listen(443, 1, length: 1), Listen(80, 2, length: 1), Listen(22, 3), Listen(65535, 4, length: 1));
        for (var tick = 0; tick < 7; tick++)
            _rig.Tick();
        Assert.Equal([80, 443, 65535, 80, 443, 65535, 80], Table.AskedPorts);

        Table.Set(Listen(22, 3, length: 1), Listen(65535, 4, length: 1));
        _rig.Tick();
        _rig.Tick();
        Assert.Equal([65535, 22], Table.AskedPorts[7..]);
    }

    [Fact]
    public void EachWaitGoesToTheListenerOfItsAddress()
    {
        Table.Set(
            Listen(443, 1, length: 1), Listen(443, 2, length: 1, address: "10.0.0.1"), Listen(443, 3, length: 1, address: "::"),
            Listen(80, 4, length: 1),
            Waiting(443, 100, address: "10.0.0.1"), Waiting(443, 200, address: "10.0.0.9"), Waiting(443, 150, address: "10.0.0.8"),
            Waiting(443, 300, address: "2001:db8::1"), Waiting(80, 400));
        _rig.Tick();
        Assert.Equal((400, (long?)null), (Oldest(80), Oldest(443)));
        _rig.Tick();
        Assert.Equal((100, 200, 300, 400), (Oldest(443, "10.0.0.1"), Oldest(443), Oldest(443, "::"), Oldest(80)));
    }

    [Fact]
    public void ALaterLookReplacesTheEarlier()
    {
        Table.Set(Listen(443, 1, length: 1), Waiting(443, 9_000));
        _rig.Tick();
        Table.Set(Listen(443, 1, length: 1), Waiting(443, 40));
        _rig.Tick();
        Assert.Equal(40, Oldest(443));
        Table.Set(Listen(443, 1, length: 1));
        _rig.Tick();
        Assert.Null(Oldest(443));
    }

    [Fact]
    public void ALookThatFailsLeavesNoOldWaitBehind()
    {
        Table.Set(Listen(443, 1, length: 1), Waiting(443, 9_000));
        _rig.Tick();
        Table.BrokenPorts = true;
        _rig.Tick();
        Assert.Null(Oldest(443));
        Assert.Equal(1, _rig.Value("accept_queue_length", 443));
        Table.BrokenPorts = false;
        _rig.Tick();
        Assert.Equal(9_000, Oldest(443));
    }

    [Fact]
    public void WhatALookCostIsKeptWithinItsShare()
    {
        // A ten thousand millionth of a CPU: what the first look used is not made good within hours.
        using var rig = new ListenersRig(walkBudget: 1e-9);
        rig.Table.Set(Listen(443, 1, length: 1), Waiting(443, 9_000));
        for (var tick = 0; tick < 60; tick++)
            rig.Tick();
        Assert.Single(rig.Table.AskedPorts);
        Assert.Equal(9_000, rig.Value("oldest_wait_seconds", 443));

        // The queue empties and fills again before the next look may be taken: what is known is of connections long gone.
        rig.Table.Set(Listen(443, 1));
        rig.Tick();
        rig.Table.Set(Listen(443, 1, length: 1));
        rig.Tick();
        Assert.Single(rig.Table.AskedPorts);
        Assert.Null(rig.Value("oldest_wait_seconds", 443));
    }
}
