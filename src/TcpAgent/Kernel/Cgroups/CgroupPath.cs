using System.Buffers;

namespace TcpAgent.Kernel.Cgroups;

/// <summary>
/// Reads what a cgroup belongs to from its path alone, on both versions of cgroups and with both drivers, systemd and cgroupfs, of the
/// container runtimes. The innermost container and the innermost unit count. A path that matches nothing is no error.
/// </summary>
ref struct CgroupPath
{
    /// <summary>Digits in the id of a container.</summary>
    internal const int IdLength = 64;

    const int UidLength = 36, StaticUidLength = 32;

    static readonly SearchValues<byte> s_digits = SearchValues.Create("0123456789abcdef"u8);
    static readonly SearchValues<byte> s_uid = SearchValues.Create("0123456789abcdef-_"u8);

    ReadOnlySpan<byte> _before, _outer, _unit, _slice, _runtime, _container, _pod;
    bool _isInKubepods;

    internal static Workload Parse(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty || path[0] != '/')
            return Workload.Unknown;
        var reader = default(CgroupPath);
        var rest = path;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'/');
            var part = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];

            // A reader in a cgroup namespace, such as a pod, sees what lies outside of it as /../../NAME, without the folder kubepods.
            reader._isInKubepods |= part.SequenceEqual(".."u8);
            if (!part.IsEmpty && !part.SequenceEqual("."u8) && !part.SequenceEqual(".."u8))
                reader.Visit(part);
        }
        return reader.Result(path);
    }

    void Visit(ReadOnlySpan<byte> part)
    {
        _isInKubepods |= part.IndexOf("kubepods"u8) >= 0;

        // containerd without its systemd driver under a kubelet that has it: SLICE:cri-containerd:ID.
        var colon = part.LastIndexOf((byte)':');
        if (colon > 0 && part[..colon].LastIndexOf((byte)':') is > 0 and var first && IsId(part[(colon + 1)..]))
        {
            VisitPod(part[..first]);
            Enter(RuntimeOf(part[(first + 1)..colon]), part[(colon + 1)..]);
        }
        else if (!VisitPod(part) && !VisitContainer(part))
            VisitUnit(part);
        _before = part;
    }

    bool VisitPod(ReadOnlySpan<byte> part)
    {
        if (!_isInKubepods)
            return false;
        var name = part.EndsWith(".slice"u8) ? part[..^".slice".Length] : part;
        var dash = name.LastIndexOf("-pod"u8);
        var uid = dash >= 0 ? name[(dash + "-pod".Length)..] : name.StartsWith("pod"u8) ? name["pod".Length..] : default;
        if (!IsUid(uid))
            return false;
        _pod = uid;
        _container = _runtime = _outer = _unit = default;
        return true;
    }

    bool VisitContainer(ReadOnlySpan<byte> part)
    {
        if (part.StartsWith("lxc.payload."u8))
            return Enter("lxc"u8, part["lxc.payload.".Length..]);
        if (_before.SequenceEqual("lxc"u8) || _before.SequenceEqual("lxc.payload"u8))
            return Enter("lxc"u8, part);
        var name = part.EndsWith(".scope"u8) ? part[..^".scope".Length] : part;
        if (name.Length < IdLength || !IsId(name[^IdLength..]))
            return false;
        var id = name[^IdLength..];
        if (name.Length == IdLength)
            return Enter(RuntimeOf(_before), id);
        var prefix = name[..^IdLength];
        return prefix[^1] == '-' && RuntimeOf(prefix[..^1]) is { IsEmpty: false } runtime && Enter(runtime, id);
    }

    bool Enter(ReadOnlySpan<byte> runtime, ReadOnlySpan<byte> container)
    {
        _runtime = runtime;
        _container = container;
        _outer = _unit = default;
        return true;
    }

    /// <summary>
    /// The runtime by the prefix of a scope, or by the folder in which the cgroupfs driver makes a container. The process beside a
    /// container, conmon, has a scope of its own, which is none of them.
    /// </summary>
    static ReadOnlySpan<byte> RuntimeOf(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("docker"u8) => "docker"u8,
        _ when name.SequenceEqual("cri-containerd"u8) || name.SequenceEqual("nerdctl"u8) => "containerd"u8,
        _ when name.SequenceEqual("crio"u8) => "cri-o"u8,
        _ when name.SequenceEqual("libpod"u8) || name.SequenceEqual("libpod_parent"u8) => "podman"u8,
        _ => default,
    };

    void VisitUnit(ReadOnlySpan<byte> part)
    {
        // systemd puts an underscore before a name that the kernel or a controller could take for its own (cg_escape).
        var name = part[0] == '_' ? part[1..] : part;
        if (name.EndsWith(".slice"u8))
            _slice = name;
        if (!name.EndsWith(".service"u8) && !name.EndsWith(".scope"u8) && !name.EndsWith(".socket"u8) && !name.EndsWith(".mount"u8)
            && !name.EndsWith(".swap"u8))
            return;
        if (_outer.IsEmpty)
            _outer = name;
        _unit = name;
    }

    readonly Workload Result(ReadOnlySpan<byte> path)
    {
        var text = CgroupName.Text(path);
        var unit = _unit.IsEmpty ? "" : _unit == _outer ? CgroupName.Text(_unit) : $"{CgroupName.Text(_outer)}/{CgroupName.Text(_unit)}";
        var pod = CgroupName.Text(_pod).Replace('_', '-');
        if (!_container.IsEmpty)
            return new(WorkloadKind.Container, unit, CgroupName.Text(_runtime), CgroupName.Text(_container), pod, text);
        if (!_unit.IsEmpty)
            return new(WorkloadKind.Unit, unit, "", "", pod, text);
        if (!_pod.IsEmpty)
            return new(WorkloadKind.Pod, "", "", "", pod, text);
        if (_before.IsEmpty)
            return Workload.Unknown with { Kind = WorkloadKind.Root, Path = text };
        return _before.EndsWith(".slice"u8) ? new(WorkloadKind.Slice, CgroupName.Text(_slice), "", "", "", text)
            : new(WorkloadKind.Other, "", "", "", "", text);
    }

    static bool IsId(ReadOnlySpan<byte> text) => text.Length == IdLength && !text.ContainsAnyExcept(s_digits);

    /// <summary>The UID of a pod; that of a static pod is a hash without dashes. A name of a slice has underscores for dashes.</summary>
    static bool IsUid(ReadOnlySpan<byte> text) => text.Length is UidLength or StaticUidLength && !text.ContainsAnyExcept(s_uid);
}
