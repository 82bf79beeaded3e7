using System.Globalization;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// The sysctls that bound or shape the TCP path, as they apply in the agent's own network namespace. A sysctl that this kernel or namespace
/// lacks is not exported. They are read on the slow lane, and whenever something was lost.
/// </summary>
sealed class Sysctl : Source
{
    /// <summary>One file: the slot of its first field, and how many of its fields are wanted.</summary>
    readonly record struct Setting(ProcFile File, int FirstSlot, int Fields, bool IsLong);

    internal static readonly Rows MemoryRows = new();

    internal static readonly Row MemoryTotal = MemoryRows.Gauge(
        "tcpagent_memory_total_bytes", "Memory of this host, from which the kernel derives several limits.", from: "meminfo MemTotal", field: "MemTotal");

    internal static readonly Row EspUsers = MemoryRows.Hidden("tcpagent_esp_module_users", "IPsec states of this host that encrypt, where ESP is a module.", field: "refcnt");

    readonly Setting[] _settings;
    readonly ProcFile _memory;
    readonly ProcFile[] _espModules;
    readonly Table _table;

    readonly LossWatch? _losses;
    ReadStatus _status;

    /// <param name="root">Where /proc/sys is.</param>
    /// <param name="losses">Reports a loss, which makes the limits in force at that moment matter.</param>
    internal Sysctl(KernelRoot root, LossWatch? losses = null)
        : base("sysctl", SysctlRows.Rows, MemoryRows)
    {
        _table = this[SysctlRows.Rows];
        _memory = root.Proc("meminfo");
        _espModules = [root.Sys("module/esp4/refcnt"), root.Sys("module/esp6/refcnt")];
        _losses = losses;
        var settings = new List<Setting>();
        var rows = SysctlRows.Rows;
        for (var first = 0; first < rows.Count;)
        {
            var next = first + 1;
            while (next < rows.Count && rows[next].Section == rows[first].Section)
                next++;
            var file = root.Proc($"sys/{rows[first].Section}", ProcFile.ValueCapacity);
            settings.Add(new Setting(file, first, next - first, SysctlRows.IsLong(rows[first])));
            first = next;
        }
        _settings = [.. settings];
    }

    internal override ReadStatus Read(in Tick tick) => (_losses?.HasLost() ?? false) || tick.IsSlow ? _status = ReadAll() : _status;

    ReadStatus ReadAll()
    {
        Withdraw();
        var status = ReadStatus.Absent;
        foreach (ref readonly var setting in _settings.AsSpan())
            status = status.With(Read(setting));
        ReadMemory();
        ReadEspModules();

        // Every kernel has some of them, so /proc/sys itself must be hidden.
        return status.Outcome == Outcome.Absent ? ReadStatus.Failed(_settings[0].File.Path, Libc.ENOENT) : status;
    }

    internal override void Reopen()
    {
        foreach (ref readonly var setting in _settings.AsSpan())
            setting.File.Close();
        _memory.Close();
        foreach (var module in _espModules)
            module.Close();
    }

    /// <summary>"MemTotal: N kB" of /proc/meminfo (fs/proc/meminfo.c). Some advice depends on it.</summary>
    void ReadMemory()
    {
        if (_memory.Read(out var text) != 0)
            return;
        var cursor = new Cursor(text);
        while (cursor.TryReadSetting(out var line))
            if (line.TryReadField(out var name) && name.SequenceEqual("MemTotal:"u8))
            {
                if (line.TryReadInt64(out var kibibytes) && kibibytes is > 0 and < long.MaxValue / 1024)
                    this[MemoryRows][MemoryTotal] = kibibytes * 1024;
                return;
            }
    }

    /// <summary>Each state holds the module of its type (net/xfrm/xfrm_state.c, xfrm_get_type).</summary>
    void ReadEspModules()
    {
        ref var users = ref this[MemoryRows][EspUsers];
        foreach (var module in _espModules)
        {
            if (module.Read(out var text) != 0)
                continue;
            var cursor = new Cursor(text);
            if (cursor.TryReadLine(out var line) && line.TryReadInt64(out var count))
                users = Math.Max(0, users) + count;
        }
    }

    /// <summary>
    /// Parses an unsigned long, clamped to the largest long, or an int or u32. A number that the kernel's type cannot hold is invalid.
    /// </summary>
    static bool TryParse(ReadOnlySpan<byte> field, bool isLong, out long value) => Cursor.TryParseInt64(field, out value)
        && (isLong
            ? UInt128.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) && whole <= ulong.MaxValue
            : value is >= int.MinValue and <= uint.MaxValue);

    ReadStatus Read(in Setting setting)
    {
        var errno = setting.File.Read(out var text);
        if (errno != 0)
            return ReadStatus.Optional(setting.File.Path, errno);

        var slots = _table[0].Values.Slice(setting.FirstSlot, setting.Fields);
        var cursor = new Cursor(text);
        var complete = cursor.TryReadSetting(out var line);
        for (var i = 0; complete && i < slots.Length; i++)
            complete = line.TryReadField(out var field) && TryParse(field, setting.IsLong, out slots[i]);
        if (complete)
            return ReadStatus.Ok;
        slots.Fill(KernelValue.Absent);
        Malformed++;
        return ReadStatus.Malformed(setting.File.Path, 1);
    }
}
