using System.Runtime.InteropServices;

namespace TcpAgent.Sources;

/// <summary>
/// The kernel's objects that a source remembers from read to read, by the kernel's number for each. An object that a read shows twice is
/// visited once, because a duplicate series would invalidate the whole exposition.
/// </summary>
sealed class Roster<T>
    where T : class
{
    struct Entry
    {
        internal T? Item;
        internal long VisitedIn;
    }

    readonly Dictionary<int, Entry> _entries = [];
    long _reads;
    int _visited;

    internal void Begin() => (_reads, _visited) = (_reads + 1, 0);

    /// <summary>Returns false if this read has visited the number already.</summary>
    /// <param name="number">The kernel's number.</param>
    /// <param name="known">Null if the object is not remembered.</param>
    internal bool TryVisit(int number, out T? known)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, number, out _);
        known = entry.Item;
        if (entry.VisitedIn == _reads)
            return false;
        entry.VisitedIn = _reads;
        _visited++;
        return true;
    }

    /// <summary>Remembers an object of the number that was just visited.</summary>
    internal T Remember(int number, T item)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_entries, number, out _).Item = item;
        return item;
    }

    /// <summary>Called after a complete read. Objects come and go, so what is remembered must not grow.</summary>
    internal void ForgetUnvisited()
    {
        if (_visited == _entries.Count)
            return;
        foreach (var (number, entry) in _entries)
            if (entry.VisitedIn != _reads)
                _entries.Remove(number);
    }

    internal void Clear() => _entries.Clear();
}
