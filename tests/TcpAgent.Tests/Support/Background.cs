namespace TcpAgent.Tests.Support;

/// <summary>Waits for a walk that went to its own thread, so that its cost does not matter to the test.</summary>
static class Background
{
    /// <summary>Reads, and again while something runs in the background.</summary>
    internal static void Read(Action read, Func<bool> isRunning)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            read();
            if (!isRunning())
                return;
            Assert.True(DateTime.UtcNow < deadline, "a walk does not end");
            Thread.Sleep(1);
        }
    }
}
