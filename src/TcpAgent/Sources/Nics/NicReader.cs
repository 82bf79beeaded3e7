using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Kernel.Nics;
using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// Reads one network card after the other. What a driver does not offer is not asked for again; any other error of a driver, such as that
/// its device is down, leaves the values of this look absent. None of them is a failure.
/// </summary>
/// <param name="dump">A socket of generic netlink that stays open.</param>
/// <param name="driver">The driver's own statistics.</param>
sealed class NicReader(NetlinkDump dump, IDriverStatistics driver) : IDisposable
{
    readonly long[] _sums = new long[NicRows.Statistics.Length];
    NicInterfaces _lacks;
    byte[] _rings = [], _channels = [], _queues = [];

    /// <summary>Fills the values of a card. Returns an errno if the interface itself fails, and EPERM if a sandbox forbids it.</summary>
    internal int Read(Nic nic)
    {
        nic.Values.AsSpan().Fill(KernelValue.Absent);
        var errno = Worse(Learn(NicInterfaces.Rings, _rings), Learn(NicInterfaces.Queues, _queues));
        errno = Worse(errno, ReadByNetlink(nic, NicInterfaces.Rings, _rings, Ethtool.RingsReply, Ethtool.Rings, NicRows.Rings));
        errno = Worse(errno, ReadByNetlink(
            nic, NicInterfaces.Channels, _channels, Ethtool.ChannelsReply, Ethtool.Channels, NicRows.Channels));
        errno = Worse(errno, ReadByNetlink(
            nic, NicInterfaces.Queues, _queues, QueueStatistics.Command, QueueStatistics.Losses, NicRows.Losses));
        return Worse(errno, ReadDriver(nic));
    }

    /// <summary>
    /// Learns a family once: for one that is missing, the kernel would look for a module at each request. ethtool has it since 5.6, netdev
    /// since 6.3.
    /// </summary>
    int Learn(NicInterfaces what, byte[] request) => request.Length > 0 || (_lacks & what) != 0 ? 0 : LearnFamily(what);

    [MethodImpl(MethodImplOptions.NoInlining)]
    int LearnFamily(NicInterfaces what)
    {
        var isQueues = what == NicInterfaces.Queues;
        if (!GenericNetlink.TryFind(dump, isQueues ? QueueStatistics.Family : Ethtool.Family, out var family))
        {
            _lacks |= dump.Errno is not (0 or Libc.ENOENT) ? 0 : isQueues ? what : what | NicInterfaces.Channels;
            return IsOwn(dump.Errno) ? dump.Errno : 0;
        }
        if (isQueues)
            _queues = QueueStatistics.Request(family);
        else
            (_rings, _channels) = (Ethtool.RingsRequest(family), Ethtool.ChannelsRequest(family));
        return 0;
    }

    int ReadByNetlink(Nic nic, NicInterfaces what, byte[] request, byte reply, ReadOnlySpan<byte> attributes, Row[] rows)
    {
        if ((nic.Offers & what) == 0 || request.Length == 0)
            return 0;
        if (what == NicInterfaces.Queues)
            QueueStatistics.SetDevice(request, nic.Index);
        else
            Ethtool.SetDevice(request, nic.Index);
        Span<long> values = stackalloc long[attributes.Length];
        dump.Begin(request);
        if (!dump.TryRead(out var type, out var payload) || type != NetlinkMessage.TypeOf(request)
            || !GenericNetlink.TryReadNumbers(payload, reply, attributes, values))
            return Refused(nic, what, dump.Errno);
        for (var i = 0; i < rows.Length; i++)
        {
            nic.Values[rows[i].Slot] = values[i];
            nic.IsOfKernel[rows[i].Slot] |= values[i] != KernelValue.Absent;
        }
        return 0;
    }

    int ReadDriver(Nic nic)
    {
        if ((nic.Offers & NicInterfaces.Driver) == 0)
            return 0;
        var errno = driver.Read(nic.Link.Name, out var names, out var values);
        if (errno != 0)
            return Refused(nic, NicInterfaces.Driver, errno);
        if (!names.SequenceEqual(nic.Names))
            LearnNames(nic, names);
        StatisticNames.Sum(values, nic.Kinds, _sums);
        for (var i = 0; i < _sums.Length; i++)
            if (!nic.IsOfKernel[NicRows.Statistics[i].Slot])
                nic.Values[NicRows.Statistics[i].Slot] = _sums[i];
        nic.NoteAvailable();
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void LearnNames(Nic nic, ReadOnlySpan<byte> names)
    {
        (nic.Names, nic.Kinds) = (names.ToArray(), new NicStatistic[names.Length / StatisticNames.Length]);
        StatisticNames.Classify(names, nic.Kinds);

        // Most drivers count nothing of these: then the names are not read again.
        if (Array.TrueForAll(nic.Kinds, static kind => kind == NicStatistic.None))
            nic.Offers &= ~NicInterfaces.Driver;
    }

    static int Refused(Nic nic, NicInterfaces what, int errno)
    {
        if (errno is Libc.EOPNOTSUPP or Libc.EPERM or Libc.EACCES)
            nic.Offers &= ~what;
        return IsOwn(errno) ? errno : 0;
    }

    /// <summary>Whether an error is one of the socket or of a sandbox, not of one driver.</summary>
    static bool IsOwn(int errno) => errno is Libc.EPERM or Libc.EACCES or Libc.EMFILE or Libc.ENFILE or Libc.ENOMEM or Libc.ENOBUFS
        or Libc.ETIMEDOUT or Libc.EBADMSG or Libc.EMSGSIZE or Libc.EAFNOSUPPORT;

    static int Worse(int first, int second) => first != 0 ? first : second;

    /// <summary>Closes the descriptors; the next read learns the families again.</summary>
    internal void Close()
    {
        dump.Close();
        driver.Close();
        (_lacks, _rings, _channels, _queues) = (NicInterfaces.None, [], [], []);
    }

    public void Dispose()
    {
        dump.Dispose();
        driver.Dispose();
    }
}
