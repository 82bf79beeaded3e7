using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>Processes in a folder in place of /proc, a clock of the test's, and what is concluded from their open files.</summary>
sealed class ProcessRig : IDisposable
{
    readonly ProcessWatch _watch;

    internal ProcessRig()
    {
        // All CPU: walks are a sixth of a second apart.
        var options = SamplingOptions.Default with { WalkBudget = 10 };
        _watch = new ProcessWatch(Root.Kernel, options, Time);
        Source = new OpenFiles(Root.Kernel, _watch);
        Monitor = new ResourceMonitor([Source], options, Time);
    }

    internal TempRoot Root { get; } = new();

    internal OpenFiles Source { get; }

    internal ResourceMonitor Monitor { get; }

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    /// <summary>Puts a process there, or changes it.</summary>
    internal void Set(int pid, string name, int files, long limit, long start = 100, uint flags = 0x400100)
    {
        Root.Write($"{pid}/stat", $"{pid} ({name}) S 1 1 1 0 -1 {flags} 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0 0\n");
        Root.Write($"{pid}/limits", $"Limit           Soft Limit  Hard Limit  Units\nMax open files  {limit}  524288  files\n");
        Root.DeleteFolder($"{pid}/fd");
        for (var i = 0; i < files; i++)
            Root.Write($"{pid}/fd/{i}", "");
    }

    internal void End(int pid) => Root.DeleteFolder($"{pid}");

    /// <summary>A second later, with a walk.</summary>
    internal ReadStatus Tick() => Tick(ManualTime.Second);

    /// <summary>A moment later, without a walk.</summary>
    internal ReadStatus TickWithoutWalk() => Tick(ManualTime.Second / 100);

    ReadStatus Tick(long later)
    {
        Time.Now += later;
        Source.Remember();
        var (tick, status) = (default(Tick), default(ReadStatus));
        Background.Read(Read, () => _watch.IsWalking);
        Monitor.Derive(tick);
        return status;

        void Read()
        {
            Time.Now++;
            tick = new Tick(0, Time.Now, IsSlow: false);
            status = Source.Read(tick);
        }
    }

    /// <summary>What is exported of one process.</summary>
    internal void Shows(string process, int pid, Expected files = default, Expected limit = default)
    {
        long? Of(string metric) => Source.Value($"tcpagent_process_{metric}", $"process=\"{process}\",pid=\"{pid}\"");
        new Facts(process).Is(files, Of("open_files")).Is(limit, Of("open_files_limit")).Verify();
    }

    internal void ShowsTotals(Expected processes = default, Expected exported = default, Expected omitted = default) =>
        new Facts("processes").Is(processes, Source.Value("tcpagent_processes")).Is(exported, Source[OpenFiles.Rows].Count)
            .Is(omitted, Source.Value("tcpagent_processes_omitted")).Verify();

    /// <summary>What is concluded.</summary>
    internal void Concludes(
        ResourceState? state = null, Expected used = default, Expected limit = default, Expected peak = default, string? subject = null) =>
        Monitor.Shows("open_files", state, used, limit, peak, subject: subject);

    public void Dispose()
    {
        Source.Dispose();
        Monitor.Dispose();
        Root.Dispose();
    }
}
