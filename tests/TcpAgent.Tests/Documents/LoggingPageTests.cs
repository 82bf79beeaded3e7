namespace TcpAgent.Tests.Documents;

/// <summary>docs/logging.md has every message that can be found by its MESSAGE_ID.</summary>
public class LoggingPageTests
{
    [Fact]
    public void EveryMessageIdIsInTheTable()
    {
        var documented = new Markdown(Repo.Path("docs", "logging.md")).Table("Messages").Select(cells => cells[0].Trim('`'));
        var known = Enumerable.Range(0, 1000).Select(Log.MessageId).OfType<string>();
        Assert.Equal(known.Order(), documented.Order());
    }
}
