using System.Globalization;

namespace TcpAgent.Tests.Systemd;

public sealed class ServiceReloadTests : IDisposable
{
    readonly ReporterRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task AReloadIsOverAfterTheTickThatSawTheReopenedFiles()
    {
        await _rig.Start();
        _rig.Said();
        var before = TestLibc.MonotonicMicroseconds();
        _rig.Reporter.BeginReload();
        var after = TestLibc.MonotonicMicroseconds();
        var lines = Assert.Single(_rig.Said()).Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal("RELOADING=1", lines[0]);
        Assert.StartsWith("MONOTONIC_USEC=", lines[1], StringComparison.Ordinal);
        Assert.InRange(long.Parse(lines[1]["MONOTONIC_USEC=".Length..], CultureInfo.InvariantCulture), before, after);

        // The tick during which SIGHUP comes has read the old files.
        Assert.Equal(0, _rig.Source.Reopened);
        _rig.Tick();
        Assert.Equal(1, _rig.Source.Reopened);
        Assert.Empty(_rig.All);
        _rig.Tick();
        Assert.Equal(["READY=1"], _rig.Said());
        Assert.Equal("Information: Reloaded: kernel files and sockets reopened", _rig.Log.Lines[^1]);
        _rig.Tick();
        Assert.Equal(1, _rig.Source.Reopened);
        Assert.Empty(_rig.All);
    }

    [Fact]
    public async Task AReloadDuringAReloadRestartsItAndBothEndWithOneReady()
    {
        await _rig.Start();
        _rig.Said();
        _rig.Reporter.BeginReload();
        _rig.Tick();
        _rig.Reporter.BeginReload();
        Assert.Equal(2, _rig.Said().Length);
        _rig.Tick();
        Assert.Equal(2, _rig.Source.Reopened);
        Assert.Empty(_rig.All);
        _rig.Tick();
        Assert.Equal(["READY=1"], _rig.Said());
        _rig.Tick();
        Assert.Empty(_rig.All);
    }

    [Fact]
    public async Task ReloadsFromOtherThreadsEachEndWithReady()
    {
        await _rig.Start();
        _rig.Said();
        var hangups = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 300; i++)
            {
                _rig.Reporter.BeginReload();
                Thread.Yield();
            }
        })).ToArray();
        while (!Task.WhenAll(hangups).IsCompleted)
            _rig.Tick();
        _rig.Tick();
        _rig.Tick();
        var kinds = _rig.Said().Select(said => said.Split('\n')[0]).ToArray();
        Assert.Equal(900, kinds.Count(kind => kind == "RELOADING=1"));
        Assert.Equal("READY=1", kinds[^1]);
        Assert.DoesNotContain(kinds.Zip(kinds.Skip(1)), pair => pair is ("READY=1", "READY=1"));
    }

    [Fact]
    public void AReloadBeforeTheStartIsIgnored()
    {
        _rig.Create();
        _rig.Reporter.BeginReload();
        _rig.Tick();
        _rig.Tick();
        Assert.Empty(_rig.All);
        Assert.Equal(0, _rig.Source.Reopened);
    }
}
