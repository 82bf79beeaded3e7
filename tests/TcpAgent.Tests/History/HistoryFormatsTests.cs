using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using TcpAgent.Cli;
using TcpAgent.History;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.History;

/// <summary>One outage in each of the ways it is written down.</summary>
public sealed class HistoryFormatsTests : IDisposable
{
    readonly HistoryRig _rig = new();

    public HistoryFormatsTests()
    {
        _rig.State("established", 40);
        _rig.State("syn_recv", 3);
        _rig.Listener("::", "443", 0, 511, 3);
        _rig.Resource("accept_queue", 0, 511, 7, ResourceState.Ok);
        _rig.Tick(120);
        _rig.State("syn_recv", 540);
        _rig.Tick(20);
        _rig.Listeners.Clear();
        _rig.Listener("::", "443", 512, 511, 500);
        _rig.Subject("accept_queue", "[::]:443");
        _rig.Resource("accept_queue", 512, 511, 193, ResourceState.Limiting);
        _rig.Tick(20);
        _rig.State("syn_recv", 3);
        _rig.Tick(200);
    }

    public void Dispose() => _rig.Dispose();

    async Task<string> Write(Func<HistoryFile, PipeWriter, IHistoryFormat> format, HistoryQuery? query = null)
    {
        using var file = HistoryFile.TryOpen(_rig.FilePath, out _)!;
        using var output = new MemoryStream();
        var pipe = PipeWriter.Create(output);
        await HistoryExport.Write(file, query ?? HistoryQuery.All, format(file, pipe), pipe, default);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    Task<string> Text(bool colour = false, bool blocks = false, HistoryQuery? query = null) => Write(
        (file, pipe) => new HistoryText(pipe, new Terminal(colour, 80, blocks), TimeZoneInfo.Utc, _rig.FilePath, file,
            query ?? HistoryQuery.All), query);

    [Fact]
    public async Task AtAShellItIsATimelineAndChartsInEightyColumns()
    {
        Assert.Equal(
            """
            2023-11-14 22:30:01 to 22:36:00, 360 records, one every 1 s

              22:30:01  the agent started
              22:32:01  SYN_RECV jumps from 3 to 540, back after 40 s
              22:32:21  accept_queue: 186 lost within 1 s
              22:32:21  verdict: accept_queue of [::]:443 is limiting, 512 of 511

                                   22:30:01                      22:36:00       low     high
            SYN_RECV               ............#####.....................         3      540
            accept_queue.losses    ______________#_______________________         0      186
            accept_queue.used      ______________########################         0      512
                                   (_ none, # highest, blank: no data)

            fullest listeners, each at its fullest
              22:32:21  [::]:443: 512 wait of 511, 500 half-open

            """, await Text());
    }

    /// <summary>Who may not read the file asks the agent, and sees the same.</summary>
    [Fact]
    public async Task TheDocumentReadBackIsShownAsTheFileIs()
    {
        var document = await Write((_, pipe) => new HistoryJson(pipe, [.. Enumerable.Range(0, Series.Names.Length)], hasListeners: true));
        Assert.Equal(await Text(), await Replayed(document, pipe => new HistoryText(
            pipe, new Terminal(false, 80), TimeZoneInfo.Utc, "the agent", HistoryQuery.All, () => 0)));
        Assert.Equal(
            await Write((_, pipe) => new HistoryCsv(pipe, [.. Enumerable.Range(0, Series.Names.Length)], hasListeners: true)),
            await Replayed(document, pipe => new HistoryCsv(pipe, null, hasListeners: true)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>not found</html>")]
    [InlineData("[]")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"interval_seconds\":1,\"series\":[\"a\"],\"records\":[{\"time\":\"now\",\"values\":[1]}],\"events\":[]}")]
    [InlineData("{\"interval_seconds\":1,\"series\":[\"a\"],\"records\":[{\"time\":\"2026-11-30\",\"values\":[]}],\"events\":[]}")]
    [InlineData("{\"interval_seconds\":0,\"series\":[\"a\"],\"records\":[],\"events\":[]}")]
    [InlineData("{\"interval_seconds\":1,\"series\":[\"a\\u001b\"],\"records\":[],\"events\":[]}")]
    public async Task AnotherAnswerIsRefusedAndNothingIsWritten(string answer)
    {
        using var output = new MemoryStream();
        var pipe = PipeWriter.Create(output);
        Assert.False(HistoryDocument.TryReplay(Encoding.UTF8.GetBytes(answer), new HistoryCsv(pipe, null, hasListeners: true)));
        await pipe.FlushAsync();
        Assert.Equal(0, output.Length);
    }

    static async Task<string> Replayed(string document, Func<PipeWriter, IHistoryFormat> format)
    {
        using var output = new MemoryStream();
        var pipe = PipeWriter.Create(output);
        Assert.True(HistoryDocument.TryReplay(Encoding.UTF8.GetBytes(document), format(pipe)));
        await pipe.FlushAsync();
        return Encoding.UTF8.GetString(output.ToArray());
    }

    [Fact]
    public async Task WhatTheAgentWritesMeanwhileIsInTheChartsToo()
    {
        var text = await Write((file, pipe) =>
        {
            var format = new HistoryText(pipe, new Terminal(false, 80, false), TimeZoneInfo.Utc, _rig.FilePath, file, HistoryQuery.All);
            _rig.Tick(30);
            return format;
        });
        Assert.StartsWith("2023-11-14 22:30:01 to 22:36:30, 390 records", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BlocksAndColourAreOnlyForTerminalsThatHaveThem()
    {
        var rich = await Text(colour: true, blocks: true);
        Assert.Contains('\u2588', rich);
        Assert.Contains("\e[1;31m", rich, StringComparison.Ordinal);
        var plain = await Text();
        Assert.All(plain, c => Assert.True(c is '\n' or (>= ' ' and <= '~')));
        Assert.All(plain.Split('\n'), line => Assert.InRange(line.Length, 0, 88));
    }

    [Fact]
    public async Task AnUneventfulOrEmptyTimeIsSaidToBeSo()
    {
        var start = _rig.Read()[0].Time;
        var calm = await Text(query: new HistoryQuery(start + 30_000, start + 90_000, []));
        Assert.Contains("Nothing happened", calm, StringComparison.Ordinal);
        Assert.Contains("ESTABLISHED", calm, StringComparison.Ordinal);
        Assert.Contains(
            "no records in that time; the file reaches from 2023-11-14 22:30:01 to 2023-11-14 22:36:00",
            (await Text(query: new HistoryQuery(1, 2, []))).Replace("\n", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("no records in that time", await Text(query: new HistoryQuery(1, 2, [])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task JsonHasEveryRecordAndEvent()
    {
        using var document = JsonDocument.Parse(await Write((file, pipe) =>
        {
            Assert.True(HistoryQuery.All.TrySelect(file.Header.Names, out var columns, out _));
            return new HistoryJson(pipe, columns, hasListeners: true);
        }));
        var root = document.RootElement;
        Assert.Equal(1, root.GetProperty("version").GetInt32());
        Assert.Equal(1, root.GetProperty("interval_seconds").GetInt32());
        Assert.Equal(Series.Names, root.GetProperty("series").EnumerateArray().Select(name => name.GetString()));
        var records = root.GetProperty("records");
        Assert.Equal(360, records.GetArrayLength());
        Assert.Equal("2023-11-14T22:32:01.000Z", records[120].GetProperty("time").GetString());
        var values = records[120].GetProperty("values");
        Assert.Equal(540, values[Array.IndexOf(Series.Names, "tcp.syn_recv")].GetInt64());
        Assert.Equal(JsonValueKind.Null, values[Array.IndexOf(Series.Names, "tcp.listen")].ValueKind);
        Assert.Equal(
            """[{"listener":"[::]:443","queue":512,"limit":511,"syn_recv":500,"late":false,"accept_state":"limiting","syn_state":"ok"}]""",
            records[150].GetProperty("listeners").GetRawText());
        Assert.Equal(
            ["agent", "jump", "loss", "limiting"],
            root.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("kind").GetString()));
        Assert.Equal(
            ("2023-11-14T22:30:01.000Z", "2023-11-14T22:36:00.000Z", 0),
            (root.GetProperty("oldest").GetString(), root.GetProperty("newest").GetString(), root.GetProperty("reports").GetArrayLength()));
        Assert.Equal(
            ["the agent started", "SYN_RECV", "accept_queue: 186 lost", "verdict: accept_queue of [::]:443 is limiting"],
            root.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("text").GetString()!)
                .Zip([17, 8, 22, 45], (text, length) => text[..length]));
    }

    [Fact]
    public async Task CsvHasALineForEachRecord()
    {
        var lines = (await Write((_, pipe) => new HistoryCsv(pipe, [0, 3], hasListeners: true))).Split('\n');
        Assert.StartsWith(
            "time,verdict,tcp.syn_recv,listener1,listener1.queue,listener1.limit,listener1.syn_recv,listener2,", lines[0],
            StringComparison.Ordinal);
        Assert.Equal("2023-11-14T22:30:01.000Z,0,3,[::]:443,0,511,3,,,,,,,,,,,,", lines[1]);
        Assert.Equal(360 + 2, lines.Length);
    }

    [Fact]
    public void IncidentsAreListedWithTheirVerdicts()
    {
        var text = Encoding.UTF8.GetString(IncidentText.Write(new IncidentList(_rig.FilePath), TimeZoneInfo.Utc));
        Assert.Equal(
            $"""
            2023-11-14 22:32:21  kept from 22:30:01 to 22:35:21
              accept_queue of [::]:443 was limiting for more than 3 min, 512 of 511, 186 lost
              tcp-agent history --file {_rig.FilePath}.incident-20231114T223221Z

            """, text);
        using var json = JsonDocument.Parse(IncidentList.Json(new IncidentList(_rig.FilePath).Read()));
        Assert.Equal("2023-11-14T22:32:21.000Z", json.RootElement.GetProperty("incidents")[0].GetProperty("time").GetString());
        Assert.Contains(
            "No incident", Encoding.UTF8.GetString(IncidentText.Write(new IncidentList("/nonexistent/x"), TimeZoneInfo.Utc)),
            StringComparison.Ordinal);
    }
}
