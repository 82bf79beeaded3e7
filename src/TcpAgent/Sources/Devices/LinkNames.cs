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

    internal bool TryGet(int index, [NotNullWhen(true)] out LinkName? link) => _links.TryGetValue(index, out link);

    /// <summary>Reads the names if they may have changed, once a tick for all who ask. Returns the errno.</summary>
    internal int Refresh(in Tick tick)
    {
        if (_refreshed != tick.Number)
            (_refreshed, _errno) = (tick.Number, HaveChanged() || tick.IsSlow || _links.Count == 0 ? Read() : 0);
        return _errno;
    }

    /// <summary>An interrupted dump may show a name twice or not at all; one more settles it. Returns the errno.</summary>
    internal int Read()
    {
        var errno = ReadOnce();
        return errno == 0 && dump.Interrupted ? ReadOnce() : errno;
    }

    /// <summary>Whether the kernel announced anything since last time; a lost announcement (ENOBUFS) is one too.</summary>
    bool HaveChanged()
    {
        // What changed before this socket listened was announced to nobody.
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
        // A dump made while names change hands may give one to two devices: the later is right, and the other's index has no name.
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
