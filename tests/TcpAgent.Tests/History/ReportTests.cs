using System.Text;
using System.Text.Json;
using TcpAgent.History;
using TcpAgent.Resources;

namespace TcpAgent.Tests.History;

/// <summary>The explanation of the time stays with the records: in the ring, in an incident, after a restart.</summary>
public sealed class ReportTests : IDisposable
{
    readonly HistoryRig _rig = new();
    int _taken;

    public ReportTests() => _rig.Report = () => ReportRecord.Pack(Json(++_taken));

    public void Dispose() => _rig.Dispose();

    static byte[] Json(int number, int noise = 0) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        number,
        resources = new[]
        {
            new { resource = "accept_queue", state = "limiting", headline_past = $"Port 8080 was not accepting {number}" },
        },
        noise = Convert.ToHexString(Noise(noise)),
    });

    /// <summary>Bytes that do not compress.</summary>
    static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    static List<(long Time, int Number)> Read(string path)
    {
        using var file = HistoryFile.TryOpen(path, out var problem);
        Assert.True(file is not null, problem);
        file.Index();
        return [.. file.Reports(0, long.MaxValue).Select(report =>
            (report.Time, JsonDocument.Parse(report.Json).RootElement.GetProperty("number").GetInt32()))];
    }

    List<long> Seconds(int from)
    {
        var first = _rig.Read()[from].Time;
        return [.. Read(_rig.FilePath).Select(report => (report.Time - first) / 1000)];
    }

    [Fact]
    public void OneIsKeptAtTheTurnOneWhenItHasGrownAndOneAMinuteWhileItLasts()
    {
        _rig.Verdict(ResourceState.Ok);
        _rig.Tick(20);
        _rig.Verdict(ResourceState.Limiting);
        _rig.Tick(150);
        _rig.Verdict(ResourceState.Ok);
        _rig.Tick(100);
        Assert.Equal([0, 15, 75, 135], Seconds(20));
        Assert.Equal(270, _rig.Read().Count);
        using var file = HistoryFile.TryOpen(_rig.FilePath, out _)!;
        file.Index();
        Assert.Equal(0, file.Damaged);
    }

    [Fact]
    public void NearALimitIsExplainedTwiceAndAFlappingHostIsBounded()
    {
        for (var i = 0; i < 120; i++)
        {
            _rig.Verdict(i % 2 == 0 ? ResourceState.Near : ResourceState.Ok);
            _rig.Tick();
        }
        Assert.InRange(_taken, 6, 13);
    }

    [Fact]
    public void ASecondResourceThatTurnsIsExplainedToo()
    {
        _rig.Verdict(ResourceState.Limiting);
        _rig.Tick(30);
        _rig.Resource("accept_queue", 5, 4, 9, ResourceState.Limiting);
        _rig.Tick(1);
        Assert.Equal([0, 15, 30], Seconds(0));
    }

    [Fact]
    public void ALargeReportTakesSeveralPlacesAndComesBackWhole()
    {
        _rig.Report = () => ReportRecord.Pack(Json(++_taken, 9_000));
        _rig.Verdict(ResourceState.Limiting);
        _rig.Tick(20);
        Assert.Equal([1, 2], Read(_rig.FilePath).Select(report => report.Number));
        Assert.True(_rig.Read()[1].Sequence > 5);

        // The next agent continues behind it.
        _rig.Restart();
        _rig.Tick(2);
        Assert.Equal([1, 2, 3], Read(_rig.FilePath).Select(report => report.Number));
        Assert.Equal(22, _rig.Read().Count);
    }

    [Fact]
    public void OneThatIsTooLargeIsLeftOut()
    {
        _rig.Report = () => ReportRecord.Pack(Json(++_taken, 30_000));
        _rig.Verdict(ResourceState.Limiting);
        _rig.Tick(20);
        Assert.Empty(Read(_rig.FilePath));
        Assert.Equal(20, _rig.Read().Count);
    }

    [Fact]
    public void AnIncidentKeepsItAndItsHeadline()
    {
        _rig.Verdict(ResourceState.Ok);
        _rig.Tick(100);
        _rig.Verdict(ResourceState.Limiting);
        _rig.Tick(30);
        _rig.Verdict(ResourceState.Ok);
        _rig.Tick(200);
        var incident = new IncidentList(_rig.FilePath).Read().Single();
        Assert.Equal([1, 2], Read(incident.File).Select(report => report.Number));
        Assert.Equal("Port 8080 was not accepting 2", incident.Headline);
        Assert.Equal(["conntrack was limiting for 30 s, 90 of 100"], incident.Verdicts);
    }

    /// <summary>An application that is restarted takes what proves it along; the report of before says more than the one after.</summary>
    [Fact]
    public void TheStrongestReportTellsTheIncident()
    {
        static HistoryReport Report(string headline_past, string? subject, int sentences, long losses)
        {
            var resource = new { state = "limiting", subject, losses, evidence = new string[sentences], headline_past };
            return new(0, JsonSerializer.SerializeToUtf8Bytes(new { resources = new[] { resource } }));
        }
        Assert.Equal("first", IncidentSummary.Headline([Report("first", "[::]:80", 3, 5), Report("second", null, 4, 900)]));
        Assert.Equal("second", IncidentSummary.Headline([Report("first", "[::]:80", 2, 900), Report("second", "[::]:80", 3, 5)]));
        Assert.Equal("second", IncidentSummary.Headline([Report("first", "[::]:80", 3, 5), Report("second", "[::]:80", 3, 90)]));
        Assert.Equal("", IncidentSummary.Headline([]));
    }

    /// <summary>The minutes before may hold the end of another incident, which is not this one's.</summary>
    [Fact]
    public void AnIncidentListsOnlyWhatTurnedInIt()
    {
        _rig.Resource("accept_queue", 0, 4, 0, ResourceState.Ok);
        _rig.Verdict(ResourceState.Ok);
        _rig.Tick(10);
        _rig.Resource("accept_queue", 5, 4, 100, ResourceState.Limiting);
        _rig.Tick(20);
        _rig.Resource("accept_queue", 0, 4, 100, ResourceState.Ok);
        _rig.Tick(200);
        _rig.Verdict(ResourceState.Limiting);
        _rig.Tick(20);
        _rig.Verdict(ResourceState.Ok);
        _rig.Tick(200);
        var incidents = new IncidentList(_rig.FilePath).Read();
        Assert.Equal(2, incidents.Count);
        Assert.Equal(["accept_queue was limiting for 20 s, 5 of 4, 100 lost"], incidents[0].Verdicts);
        Assert.Equal(["conntrack was limiting for 20 s, 90 of 100"], incidents[1].Verdicts);
    }

    /// <summary>A part that is missing or that a forger wrote loses that report, and nothing else.</summary>
    [Fact]
    public void DamageLosesOnlyTheReportItHits()
    {
        _rig.Report = () => ReportRecord.Pack(Json(++_taken, 9_000));
        _rig.Verdict(ResourceState.Limiting);
        _rig.Tick(20);
        _rig.Writer.Dispose();
        var bytes = File.ReadAllBytes(_rig.FilePath);
        var path = $"{_rig.FilePath}.damaged";
        for (var slot = 1; slot < 30; slot++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[HistoryHeader.Size + (slot * HistoryRecord.Size) + 100] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            var numbers = Read(path).Select(report => report.Number).ToList();
            Assert.True(numbers.Count >= 1);
            Assert.All(numbers, number => Assert.InRange(number, 1, 2));
            Assert.InRange(HistoryRig.Read(path).Count, 19, 20);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{\"a\":")]
    public void WhatIsNoReportIsNotTaken(string json)
    {
        var scratch = new byte[ReportRecord.MostBytes];
        Assert.Null(ReportRecord.Unpack(new MemoryStream(ReportRecord.Pack(Encoding.ASCII.GetBytes(json))), scratch));
        Assert.Null(ReportRecord.Unpack(new MemoryStream([1, 2, 3]), scratch));
    }

    /// <summary>A file of version 1, as every agent wrote before: header, layout and records without reports.</summary>
    [Fact]
    public void AFileOfTheFirstVersionIsRead()
    {
        var header = new HistoryHeader(8, 1000, ["verdict", "accept_queue.state"], version: 1);
        var path = $"{_rig.FilePath}.old";
        using (var handle = RingFile.Create(path, header))
            for (var i = 1; i <= 3; i++)
            {
                var record = new byte[HistoryRecord.Size];
                HistoryRecord.Write(record, 1000 * i, i == 1, [2, 2]);
                HistoryRecord.Seal(record, header.Layout, i);
                RandomAccess.Write(handle, record, header.Offset(i));
            }
        using var file = HistoryFile.TryOpen(path, out var problem);
        Assert.True(file is not null, problem);
        Assert.Equal(3, file.Index().Count);
        Assert.Empty(file.Reports(0, long.MaxValue));
    }
}
