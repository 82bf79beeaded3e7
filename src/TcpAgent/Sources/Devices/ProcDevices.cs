using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// Devices from /proc/net/dev, and per device the values from sysfs that the file merges or lacks. If sysfs has nothing about a device, its
/// merged drops are exported under a name that says so.
/// </summary>
sealed class ProcDevices : IDeviceReader
{
    static readonly Row[] s_slots =
    [
        Devices.ReceiveBytes, Devices.ReceivePackets, Devices.ReceiveErrors, Devices.ReceiveDroppedOrMissed,
        Devices.ReceiveFifoErrors, Devices.TransmitBytes, Devices.TransmitPackets, Devices.TransmitErrors,
        Devices.TransmitDropped, Devices.ReceiveMulticast, Devices.ReceiveFrameErrors, Devices.ReceiveCompressed,
        Devices.TransmitFifoErrors, Devices.TransmitCollisions, Devices.TransmitCarrierErrors, Devices.TransmitCompressed,
    ];

    readonly KernelRoot _root;
    readonly ProcFile _file;
    readonly NetDevPlan _plan = new(
        "receive bytes", "receive packets", "receive errs", "receive drop", "receive fifo", "transmit bytes", "transmit packets",
        "transmit errs", "transmit drop", "receive multicast", "receive frame", "receive compressed", "transmit fifo", "transmit colls",
        "transmit carrier", "transmit compressed");
    readonly List<Device> _devices = [];
    readonly long[] _values = new long[s_slots.Length];
    long _reads;

    internal ProcDevices(KernelRoot root)
    {
        _root = root;
        _file = root.Proc("net/dev");
    }

    public long VethsToElsewhere => KernelValue.Absent;

    public string Mode { get; private set; } = "net/dev";

    public ReadStatus Read(Table table, in Tick tick, out int unjudged)
    {
        unjudged = 0;
        var errno = _file.Read(out var text);
        if (errno != 0)
            return ReadStatus.Failed(_file.Path, errno);

        var reader = new NetDevReader(text, _plan);
        var values = _values.AsSpan();
        var bySysfs = false;
        _reads++;
        while (reader.TryRead(values, out var name))
        {
            if (table.Count >= Devices.MaxJudged)
            {
                unjudged++;
                continue;
            }
            var device = Find(table.Count, name);

            // A file that is read in pieces may show a device twice: a duplicate series would invalidate the whole exposition.
            if (device.SeenIn == _reads)
                continue;
            device.SeenIn = _reads;
            var slots = table.Add(device);
            for (var i = 0; i < values.Length; i++)
                slots[s_slots[i]] = values[i];

            // Three more files per device are too many for thousands of devices, and software devices have no ring to miss packets in.
            bySysfs |= (table.Count <= Devices.MaxDevices || device.IsNotable) && device.AddFromSysfs(slots, tick.IsSlow);
            device.Note(
                slots[Devices.ReceiveFifoErrors], slots[Devices.TransmitDropped], slots[Devices.ReceiveMissed],
                slots[Devices.ReceiveDropped], slots[Devices.ReceiveDroppedOrMissed]);
        }
        for (var i = _devices.Count - 1; i >= 0; i--)
            if (_devices[i].SeenIn != _reads)
                _devices.RemoveAt(i);
        Mode = bySysfs ? "sysfs" : "net/dev";
        return reader.Result.Dropped == 0 ? ReadStatus.Ok
            : new ReadStatus(table.Count == 0 ? Outcome.Failed : Outcome.Partial, _file.Path, 0, reader.Result.Line);
    }

    /// <summary>Tries the same place first, because the order of the file seldom changes.</summary>
    Device Find(int place, ReadOnlySpan<byte> name)
    {
        if (place < _devices.Count && name.SequenceEqual(_devices[place].Name))
            return _devices[place];
        foreach (var device in _devices)
            if (name.SequenceEqual(device.Name))
                return device;
        return Learn(name);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Device Learn(ReadOnlySpan<byte> name)
    {
        var device = new Device(_root, name);
        _devices.Add(device);
        return device;
    }

    public void Reopen()
    {
        _file.Close();
        _devices.Clear();
    }

    public void Dispose() => Reopen();

    /// <summary>
    /// A device's files below /sys/class/net. They are opened for each read, because thousands would stay open otherwise.
    /// </summary>
    sealed class Device : DeviceInstance
    {
        const int IFF_PROMISC = 0x100;

        readonly ProcFile _dropped;
        readonly ProcFile _missed;
        readonly ProcFile _noHandler;
        readonly ProcFile _queueLength;
        readonly ProcFile _flags;
        long _promiscuous;
        long _transmitQueueLength;

        internal Device(KernelRoot root, ReadOnlySpan<byte> name)
            : base(name.ToArray())
        {
            // Paths are text: a name that is not UTF-8 could match another device's directory, so it gets an impossible one.
            var text = Utf8.IsValid(name) ? Encoding.UTF8.GetString(name).Replace("/", "_", StringComparison.Ordinal) : "not-utf-8/name";
            var folder = $"{root.SysFs}/class/net/{text}";
            HasDriver = FileStamp.Of($"{folder}/device") != default;
            _dropped = File($"{folder}/statistics/rx_dropped");
            _missed = File($"{folder}/statistics/rx_missed_errors");
            _noHandler = File($"{folder}/statistics/rx_nohandler");
            _queueLength = File($"{folder}/tx_queue_len");
            _flags = File($"{folder}/flags");
            ReadSettings();
        }

        /// <summary>The number of the last read that showed it.</summary>
        internal long SeenIn { get; set; }

        /// <summary>Counters at each tick, settings on the slow lane.</summary>
        internal bool AddFromSysfs(Slots slots, bool slow)
        {
            if (slow)
                ReadSettings();
            slots[Devices.Promiscuous] = _promiscuous;
            slots[Devices.TransmitQueueLength] = _transmitQueueLength;
            slots[Devices.ReceiveDropped] = ReadNumber(_dropped);
            slots[Devices.ReceiveMissed] = ReadNumber(_missed);
            slots[Devices.ReceiveNoHandler] = ReadNumber(_noHandler);
            if (slots[Devices.ReceiveDropped] == KernelValue.Absent)
                return false;
            slots[Devices.ReceiveDroppedOrMissed] = KernelValue.Absent;
            return true;
        }

        /// <summary>
        /// sysfs shows IFF_PROMISC whatever the reason, because it has the kernel's own flags, not only those that ifconfig set.
        /// </summary>
        void ReadSettings()
        {
            _transmitQueueLength = ReadNumber(_queueLength);
            var flags = ReadNumber(_flags);
            _promiscuous = flags == KernelValue.Absent ? KernelValue.Absent : (flags & IFF_PROMISC) != 0 ? 1 : 0;
        }

        static ProcFile File(string path) => new(path, ProcFile.ValueCapacity, keepOpen: false);

        /// <summary>Decimal, or hexadecimal with 0x as in "flags".</summary>
        static long ReadNumber(ProcFile file)
        {
            if (file.Read(out var text) != 0)
                return KernelValue.Absent;
            var cursor = new Cursor(text);
            if (!cursor.TryReadSetting(out var line) || !line.TryReadField(out var field))
                return KernelValue.Absent;
            if (field.StartsWith("0x"u8))
                return Cursor.TryParseHex(field[2..], out var bits) && bits <= uint.MaxValue ? (long)bits : KernelValue.Absent;
            return Cursor.TryParseInt64(field, out var value) && value >= 0 ? value : KernelValue.Absent;
        }
    }
}
