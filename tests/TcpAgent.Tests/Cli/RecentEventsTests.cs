using System.Text;
using TcpAgent.Cli;

namespace TcpAgent.Tests.Cli;

public class RecentEventsTests
{
    [Fact]
    public void OnlyChangesOfTheVerdictAreTaken()
    {
        var json = """
            {"version":1,"events":[
            {"time":"2026-11-30T22:11:49.000Z","series":"accept_queue.state","text":"verdict: accept_queue is limiting"},
            {"time":"2026-11-30T22:11:50.000Z","text":"accept_queue: 186 lost within 1 s"}]}
            """;
        var (time, text) = Assert.Single(RecentEvents.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Equal((new DateTimeOffset(2026, 11, 30, 22, 11, 49, TimeSpan.Zero), "accept_queue is limiting"), (time, text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"events\":3}")]
    [InlineData("{\"events\":[{}]}")]
    [InlineData("{\"events\":[{\"text\":1,\"time\":2}]}")]
    public void AnythingElseIsNoEvent(string text) => Assert.Empty(RecentEvents.Read(Encoding.UTF8.GetBytes(text)));
}
