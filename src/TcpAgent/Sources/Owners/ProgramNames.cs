using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// Counts the names of processes, and finds whether they are the same as before without creating a text. Used by one thread at a time.
/// </summary>
sealed class ProgramNames
{
    /// <summary>Names that are distinguished; a cgroup has few, or too many to say anything.</summary>
    const int MostNames = 16;

    /// <summary>TASK_COMM_LEN of include/linux/sched.h, without the NUL byte.</summary>
    const int MostLength = 15;

    /// <summary>Programs that start others, and never listen themselves.</summary>
    static readonly string[] s_helpers =
    [
        "sh", "bash", "dash", "ash", "sudo", "su", "tini", "dumb-init", "docker-init", "catatonit", "pause", "s6-svscan", "s6-supervise",
        "runsv", "runsvdir", "(sd-pam)", "conmon",
    ];

    /// <summary>Programs of container engines that listen for a container and pass its connections on.</summary>
    static readonly string[] s_forwarders = ["docker-proxy", "rootlessport", "rootlesskit", "slirp4netns", "pasta", "pasta.avx2"];

    readonly byte[] _names = new byte[MostNames * MostLength];
    readonly byte[] _lengths = new byte[MostNames];
    readonly int[] _counts = new int[MostNames];
    int _count;

    internal void Clear() => _count = 0;

    internal void Add(ReadOnlySpan<byte> name)
    {
        name = name[..Math.Min(name.Length, MostLength)];
        for (var i = 0; i < _count; i++)
            if (NameAt(i).SequenceEqual(name))
            {
                _counts[i]++;
                return;
            }
        if (_count == MostNames)
            return;
        name.CopyTo(_names.AsSpan(_count * MostLength));
        (_lengths[_count], _counts[_count]) = ((byte)name.Length, 1);
        _count++;
    }

    /// <summary>
    /// The names, the most frequent first, or none if there are many: the processes of a session or of a host without units come and go.
    /// The same array as before if they are the same.
    /// </summary>
    internal string[] Choose(string[] before)
    {
        Span<int> chosen = stackalloc int[MostNames];
        var count = 0;
        var hasOthers = HasOthers();
        for (var i = 0; i < _count; i++)
            if (!hasOthers || !IsHelper(NameAt(i)))
                Insert(chosen, ref count, i);
        if (count > OwnerFacts.MostPrograms)
            return [];
        var isSame = before.Length == count;
        for (var i = 0; i < count && isSame; i++)
            isSame = Is(NameAt(chosen[i]), before[i]);
        return isSame ? before : Texts(chosen[..count]);
    }

    /// <summary>Whether a process with this name is one of the programs; true where none are known.</summary>
    internal static bool IsOf(ReadOnlySpan<byte> name, string[] programs) => programs.Length == 0 || IsAny(name, programs);

    string[] Texts(ReadOnlySpan<int> chosen)
    {
        var texts = new string[chosen.Length];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = Printable.Of(NameAt(chosen[i]));
        return texts;
    }

    void Insert(Span<int> chosen, ref int count, int name)
    {
        var place = count++;
        for (; place > 0 && _counts[chosen[place - 1]] < _counts[name]; place--)
            chosen[place] = chosen[place - 1];
        chosen[place] = name;
    }

    bool HasOthers()
    {
        for (var i = 0; i < _count; i++)
            if (!IsHelper(NameAt(i)))
                return true;
        return false;
    }

    /// <summary>Whether one of the processes may have opened a port for a container.</summary>
    internal bool HasForwarder
    {
        get
        {
            for (var i = 0; i < _count; i++)
                if (IsAny(NameAt(i), s_forwarders))
                    return true;
            return false;
        }
    }

    ReadOnlySpan<byte> NameAt(int i) => _names.AsSpan(i * MostLength, _lengths[i]);

    static bool IsHelper(ReadOnlySpan<byte> name) => IsAny(name, s_helpers);

    static bool IsAny(ReadOnlySpan<byte> name, string[] texts)
    {
        foreach (var text in texts)
            if (Is(name, text))
                return true;
        return false;
    }

    /// <summary>Compares without a new text what is usually plain ASCII.</summary>
    static bool Is(ReadOnlySpan<byte> name, string text)
    {
        var isPlain = !name.ContainsAnyExceptInRange((byte)' ', (byte)'~') && !name.Contains((byte)'\\');
        return isPlain ? Ascii.Equals(name, text) : Printable.Of(name) == text;
    }
}
