using TcpAgent.Sources;
using TcpAgent.System;
using TcpAgent.Tests.Metrics;

namespace TcpAgent.Tests.Sources;

/// <summary>What is exported of connections that are seen at two looks.</summary>
public sealed class ConnectionsTests : IDisposable
{
    const long Second = 1_000_000;

    readonly ConnectionRig _rig = new();

    public void Dispose() => _rig.Dispose();

    static readonly FakeConnection s_listener = new("0.0.0.0", 443, "0.0.0.0", 0) { IsListener = true, Cookie = 99 };

    static FakeConnection Incoming(ulong cookie, ushort port = 40_000) => new("10.0.0.1", 443, "10.0.0.9", port) { Cookie = cookie };

    static FakeConnection Outgoing(ulong cookie, ushort port = 41_000, string to = "10.0.0.2") =>
        new("10.0.0.1", port, to, 5432) { Cookie = cookie };

    long? Incoming(string metric, string limiter = "") => _rig.Value(metric, "incoming", "0.0.0.0", 443, limiter);

    long? Outgoing(string metric, string limiter = "", string to = "10.0.0.2") => _rig.Value(metric, "outgoing", to, 5432, limiter);

    [Fact]
    public void TheTimeBetweenTwoLooksIsDividedByLimiter()
    {
        _rig.Set(Outgoing(1) with { Busy = 10 * Second, Receiver = 7 * Second, SendBuffer = 1 * Second });
        _rig.Tick();
        _rig.Set(Outgoing(1) with { Busy = 14 * Second, Receiver = 10 * Second, SendBuffer = 1_500_000 });
        _rig.Tick();
        Assert.Equal(1 * Second, Outgoing("seconds_total", "application"));
        Assert.Equal(3 * Second, Outgoing("seconds_total", "receiver"));
        Assert.Equal(Second / 2, Outgoing("seconds_total", "send_buffer"));
        Assert.Equal(Second / 2, Outgoing("seconds_total", "network"));
    }

    [Fact]
    public void AListenersConnectionsAreItsOwnAndOthersAreOfTheirDestination()
    {
        _rig.Set(s_listener, Incoming(1), Incoming(2, 40_001), Outgoing(3), Outgoing(4, 41_001, "10.0.0.3"));
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(2, Incoming(""));
        Assert.Equal(1, Outgoing(""));
        Assert.Equal(1, Outgoing("", to: "10.0.0.3"));
    }

    [Fact]
    public void AListenerThatIsBoundToADeviceHasItsConnections()
    {
        _rig.Set(s_listener with { Device = 3 }, Incoming(1) with { Device = 3 });
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(1, _rig.Value("", "incoming", "0.0.0.0%3", 443));
    }

    [Fact]
    public void ConnectionsOfAListenerThatHasClosedBelongToNoDestination()
    {
        _rig.Set(Incoming(1));
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(1, _rig.Value("", "incoming", "others", null));
        Assert.Null(_rig.Value("", "outgoing", "10.0.0.9", 40_000));
    }

    [Fact]
    public void BytesAreCountedBetweenTwoLooks()
    {
        _rig.Set(Outgoing(1) with { Sent = 100_000, Retransmitted = 5_000, Received = 70 });
        _rig.Tick();
        _rig.Set(Outgoing(1) with { Sent = 150_000, Retransmitted = 8_000, Received = 100 });
        _rig.Tick();
        Assert.Equal(50_000, Outgoing("sent_bytes_total"));
        Assert.Equal(3_000, Outgoing("retransmitted_bytes_total"));
        Assert.Equal(30, Outgoing("received_bytes_total"));
    }

    [Fact]
    public void WhatThePeerHadAlreadyIsNotLost()
    {
        _rig.Set(Outgoing(1) with { Sent = 100_000, Retransmitted = 5_000, Spurious = 1 });
        _rig.Tick();
        _rig.Set(Outgoing(1) with { Sent = 150_000, Retransmitted = 9_344, Spurious = 3 });
        _rig.Tick();
        Assert.Equal(1_448, Outgoing("retransmitted_bytes_total"));
    }

    [Fact]
    public void AnotherSocketOfTheSameAddressesIsNotCompared()
    {
        _rig.Set(Outgoing(1) with { Sent = 1_000_000 });
        _rig.Tick();
        _rig.Set(Outgoing(2) with { Sent = 2_000_000 });
        _rig.Tick();
        Assert.Equal(0, _rig.Total("sampled"));
        Assert.Null(Outgoing("sent_bytes_total"));
    }

    [Fact]
    public void AnOlderKernelHasNoTimesButEverythingElse()
    {
        _rig.Set(Outgoing(1) with { InfoLength = 104, RoundTrip = 2_000 });
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(2_000, Outgoing("round_trip_mean_seconds"));
        Assert.Equal(1, Outgoing(""));
        Assert.Equal(0, Outgoing("seconds_total", "network"));
        Assert.Null(Assert.Single(_rig.Judge().Connections.Groups).Busy);
    }

    [Fact]
    public void AFewConnectionsAreCountedAtOnceAndNotAsAMean()
    {
        _rig.Set(Outgoing(1));
        for (var i = 0; i < 8; i++)
            _rig.Tick();
        FakeConnection[] stuck = [.. Enumerable.Range(0, 20).Select(
            i => Incoming((ulong)i + 10, (ushort)(42_000 + i)) with { Unread = 1_000, Window = 0, Quiet = 6_000 })];
        _rig.Set([s_listener, .. stuck]);
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(20, Incoming(""));
        Assert.Equal(20, Incoming("unread"));
        Assert.Equal(20_000, Incoming("unread_bytes"));
        Assert.Equal(0, Outgoing(""));
    }

    [Fact]
    public void AGroupWhoseConnectionsAreGoneLeaves()
    {
        _rig.Set(Outgoing(1));
        _rig.Tick();
        _rig.Tick();
        _rig.Set(Outgoing(2, 41_001, "10.0.0.3"));
        for (var i = 0; i < 16; i++)
            _rig.Tick();
        Assert.Null(Outgoing(""));
        Assert.Equal(1, Outgoing("", to: "10.0.0.3"));
    }

    [Fact]
    public void AFailureWithdrawsTheSampleAndTheNextLookBeginsAgain()
    {
        _rig.Set(Outgoing(1));
        _rig.Tick();
        _rig.Tick();
        _rig.Broken = Libc.EBADMSG;
        _rig.Tick();
        _rig.Tick();
        Assert.Equal((Outcome.Failed, "sock_diag"), (_rig.Status.Outcome, _rig.Status.Where));
        Assert.Null(Outgoing(""));
        _rig.Broken = 0;
        _rig.Tick();
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(Outcome.Ok, _rig.Status.Outcome);
        Assert.Equal(1, Outgoing(""));
    }

    [Fact]
    public void ARangeThatCannotBeReadIsNamed()
    {
        _rig.Range("many\n");
        _rig.Tick();
        _rig.Tick();
        Assert.EndsWith("ip_local_port_range", _rig.Status.Where, StringComparison.Ordinal);
    }

    [Fact]
    public void TheDistributionsCountEachSampleForAllThatItStandsFor()
    {
        _rig.Set(s_listener, Incoming(1) with { RoundTrip = 2_000, LowestRoundTrip = 500, Sent = 1 });
        _rig.Tick();
        _rig.Set(s_listener, Incoming(1) with { RoundTrip = 2_000, LowestRoundTrip = 500, Sent = 100_001, Retransmitted = 1_500 });
        _rig.Tick();
        Assert.Equal("0", Distribution("round_trip_seconds_bucket", le: "0.001"));
        Assert.Equal("1", Distribution("round_trip_seconds_bucket", le: "0.003"));
        Assert.Equal("4", Distribution("round_trip_over_lowest_ratio_sum", le: null));
        Assert.Equal("0.015", Distribution("retransmitted_ratio_sum", le: null));
        Assert.DoesNotContain("direction=\"outgoing\"", _rig.Events.Text(), StringComparison.Ordinal);

        string? Distribution(string metric, string? le) => _rig.Events.Value(
            $"tcpagent_connections_{metric}{{direction=\"incoming\"{(le is null ? "" : $",le=\"{le}\"")}}}");
    }
}
