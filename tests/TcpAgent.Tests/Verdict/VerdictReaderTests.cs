using System.Text;
using TcpAgent.Resources;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>What an agent says is what `why` shows: nothing is lost between the two.</summary>
public sealed class VerdictReaderTests : IDisposable
{
    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    HostVerdict Ill()
    {
        _rig.Conntrack.Set("", "nf_conntrack_count", 95);
        _rig.Conntrack.Set("", "nf_conntrack_max", 100);
        _rig.Conntrack.Set("", "drop", 3);
        _rig.Setting("net.ipv4.tcp_syncookies", 0);
        _rig.TcpExt("ListenOverflows", 7);
        _rig.Tick();
        _rig.Conntrack.Set("", "drop", 33);
        _rig.TcpExt("ListenOverflows", 9);
        _rig.Tick(2);
        return _rig.Judge();
    }

    static HostVerdict? Read(string json) => VerdictReader.TryRead(Encoding.UTF8.GetBytes(json));

    static void AssertReadsBack(HostVerdict verdict)
    {
        var json = VerdictJson.Write(verdict);
        Assert.Equal(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(VerdictJson.Write(VerdictReader.TryRead(json)!)));
    }

    [Fact]
    public void EveryMemberComesBack()
    {
        var verdict = Ill();
        AssertReadsBack(verdict with { NetworkNamespace = "4026531840" });
        Assert.NotNull(verdict.Since);
        Assert.Contains(verdict.Resources, report => report.Since is not null && report.Evidence.Count > 0);
        Assert.NotEmpty(verdict.Findings);
        Assert.NotEmpty(verdict.Drops);
    }

    [Fact]
    public void ThatOfEveryFixtureDoes()
    {
        foreach (var set in Fixtures.Sets)
        {
            using var agent = TestAgent.OverFixture(set, new ManualTime());
            agent.Sampler.Take();
            AssertReadsBack(HostVerdict.From(new SampleView(agent.Sampler.Snapshots.Acquire()!), TimeSpan.FromSeconds(60)));
        }
    }

    [Fact]
    public void ANewerAgentMayKnowMore()
    {
        var verdict = Read(
            """
            {"version":1,"time":"2026-11-30T22:11:49.500Z","news":[],"verdict":"limiting","resources":[{"resource":"flux",
            "state":"limiting","unit":"jars","scope":"host","title":"jars of flux","used":7,"evidence":["It is full."]},
            {"resource":"x","state":"strange"}],
            "drops":[{"stage":"attic","count":3,"per_second":1,"harmful":true,"meaning":"no room"}]}
            """)!;
        Assert.Equal(ResourceState.Limiting, verdict.State);
        Assert.Equal("flux", verdict.Resources[0].Resource.Name);
        Assert.Equal(7, verdict.Resources[0].Used);
        Assert.Equal(ResourceState.Unknown, verdict.Resources[1].State);
        Assert.Equal("attic", verdict.Drops[0].Stage.Stage);
        Assert.Equal("no room", verdict.Drops[0].Stage.Meaning);
        Assert.Null(verdict.NetworkNamespace);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("Not found.\n")]
    [InlineData("""{"version":2,"time":"2026-11-30T22:11:49Z","verdict":"ok"}""")]
    [InlineData("""{"version":1,"time":"noon","verdict":"ok"}""")]
    [InlineData("""{"version":1,"time":"2026-11-30T22:11:49Z","verdict":2}""")]
    [InlineData("""{"version":1,"time":"2026-11-30T22:11:49Z","verdict":"ok","findings":[{"id":"\ud800"}]}""")]
    public void AnythingElseIsNone(string text) => Assert.Null(Read(text));

    /// <summary>Whatever answers on the port of an agent.</summary>
    [Fact]
    public void NoDocumentThrows()
    {
        var json = VerdictJson.Write(Ill());
        for (var length = 0; length < json.Length; length += 7)
            Assert.Null(VerdictReader.TryRead(json.AsMemory(0, length)));
        for (var i = 0; i < json.Length; i++)
        {
            var (changed, with) = ((byte[])json.Clone(), "[]{}\"0,"u8[i % 7]);
            changed[i] = with;
            VerdictReader.TryRead(changed);
        }
    }
}
