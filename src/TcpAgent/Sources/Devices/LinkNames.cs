using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using TcpAgent.Kernel.Netlink;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// Names and settings of the devices by index, from RTM_GETLINK: read again when the kernel announces a change of any link, when an
/// index without a name turns up, and on the slow lane.
/// </summary>
sealed class LinkNames(NetlinkDump dump, Func<INetlinkTransport?> listen) : IDisposable
{
    readonly byte[] _request = Link.LinkRequest();
    readonly byte[] _notification = new byte[NetlinkDump.BufferLength];
    readonly Dictionary<int, LinkName> _links = [];
    INetlinkTransport? _announcements;
    long _refreshed = -1;
    int _errno;

    internal static LinkNames Live() => new(NetlinkDump.For(NetlinkSocket.NETLINK_ROUTE), static () =>
    {
        NetlinkSocket.Open(NetlinkSocket.NETLINK_ROUTE, NetlinkSocket.RTMGRP_LINK, out var socket);
        return socket;
    });

    /// <summary>The devices by index.</summary>
    internal Dictionary<int, LinkName> Known => _links;

    internal bool TryGet(int index, [NotNullWhen(true)] out LinkName? link) => _links.TryGetValue(index, out link);

    /// <summary>Reads the names if they may have changed, once per tick for all callers. Returns the errno.</summary>
    internal int Refresh(in Tick tick)
    {
        if (_refreshed != tick.Number)
            (_refreshed, _errno) = (tick.Number, HaveChanged() || tick.IsSlow || _links.Count == 0 ? Read() : 0);
        return _errno;
    }

    /// <summary>
    /// Reads the names, and again if the dump was interrupted, because it may then show a name twice or not at all. Returns the errno.
    /// </summary>
    internal int Read()
    {
        var errno = ReadOnce();
        return errno == 0 && dump.Interrupted ? ReadOnce() : errno;
    }

    /// <summary>Whether the kernel announced anything since the last call; a lost announcement (ENOBUFS) counts too.</summary>
    bool HaveChanged()
    {
        // Changes before this socket listened were not announced to it.
        var changed = _announcements is null;
        _announcements ??= listen();
        if (_announcements is null)
            return true;
        while (true)
        {
            var errno = _announcements.Receive(_notification, wait: false, out _);
            if (errno == Libc.EAGAIN)
                return changed;
            changed = true;
            if (errno is not 0 and not Libc.ENOBUFS)
            {
                _announcements.Dispose();
                _announcements = null;
                return true;
            }
        }
    }

    int ReadOnce()
    {
        foreach (var link in _links.Values)
            link.Seen = false;
        dump.Begin(_request);
        while (dump.TryRead(out var type, out var payload))
        {
            if (!Link.TryReadLink(type, payload, out var index, out var name, out var queueLength, out var promiscuity))
                continue;
            if (!_links.TryGetValue(index, out var link) || !name.SequenceEqual(link.Name))
                link = Learn(index, name);
            (link.QueueLength, link.Promiscuity, link.Seen) = (queueLength, promiscuity, true);
            (link.Xdp, link.HasDriver) = (Link.Xdp(payload), !Link.IsSoftware(payload));
            link.IsVethToElsewhere = Link.IsVethToElsewhere(payload);
        }
        if (dump.Errno == 0)
            ForgetUnseen();
        return dump.Errno;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    LinkName Learn(int index, ReadOnlySpan<byte> name)
    {
        // A dump taken while names move between devices may give one name to two: the later is right, and the other index then has no name.
        foreach (var (other, link) in _links)
            if (name.SequenceEqual(link.Name))
                _links.Remove(other);
        return _links[index] = new LinkName(name.ToArray());
    }

    /// <summary>Veth devices whose other end is in another network namespace.</summary>
    internal int VethsToElsewhere
    {
        get
        {
            var count = 0;
            foreach (var link in _links.Values)
                count += link.IsVethToElsewhere ? 1 : 0;
            return count;
        }
    }

    void ForgetUnseen()
    {
        foreach (var (index, link) in _links)
            if (!link.Seen)
                _links.Remove(index);
    }

    internal void Reopen()
    {
        dump.Close();
        _announcements?.Dispose();
        _announcements = null;
        _links.Clear();
        _refreshed = -1;
    }

    public void Dispose()
    {
        Reopen();
        dump.Dispose();
    }
}
