namespace TcpAgent.Lab.Scenarios;

/// <summary>Tests that change a setting of the whole host, or would notice a change. They run alone, one after another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeHost : ICollectionFixture<HostTurn>
{
    internal const string Name = "whole host";
}

/// <summary>Two runs on one host take turns; otherwise the second would restore the value that the first has lowered.</summary>
public sealed class HostTurn : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    readonly FileStream? _lock;

    public HostTurn()
    {
        var end = DateTime.UtcNow + s_patience;
        while (Environment.IsPrivilegedProcess && _lock is null)
        {
            try
            {
                _lock = new FileStream("/run/lock/tcp-agent-lab", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < end)
            {
                Thread.Sleep(500);
            }
        }
    }

    public void Dispose() => _lock?.Dispose();
}
