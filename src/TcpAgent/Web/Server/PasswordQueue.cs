using System.Net;

namespace TcpAgent.Web;

/// <summary>
/// The passwords that wait, and the order in which they are checked. Networks are served in turn, those without a recent wrong password
/// first, and within a network users likewise. So one that guesses delays others by one check each. Not thread safe.
/// </summary>
/// <remarks>
/// Behind NAT, guesses can share the address and the user of a right password. Only the check tells them apart. But a guesser asks again as
/// soon as it has its answer. Therefore the newest of those that were waiting when the last answer was given comes
/// next: a right password waits for two or three checks, however many guessers there are.
/// </remarks>
sealed class PasswordQueue(TimeProvider time)
{
    /// <summary>More than the connections that the unit's limits allow, so that none is turned away and asks again at once.</summary>
    internal const int MaxWaiting = 256;

    /// <summary>How long a wrong password puts its network and its user behind others.</summary>
    internal static readonly TimeSpan Recent = TimeSpan.FromMinutes(1);

    const int MostRemembered = 1024;

    readonly List<PasswordJob> _waiting = [];
    readonly Dictionary<IPAddress, int> _counts = [];

    /// <summary>When each network was last served: the order of turns.</summary>
    readonly Dictionary<IPAddress, long> _served = [];

    /// <summary>When a network, or a user at a network, last sent a wrong password, by the clock.</summary>
    readonly Dictionary<(IPAddress Client, string? User), long> _wrong = [];
    PasswordJob? _current;
    long _moves;
    long _answered;

    internal int Count => _waiting.Count;

    /// <summary>The same check, if it waits or is being made.</summary>
    internal PasswordJob? Find(string key)
    {
        if (_current?.Key == key)
            return _current;
        foreach (var job in _waiting)
            if (job.Key == key)
            {
                (job.Asked, job.IsRepeated) = (++_moves, true);
                return job;
            }
        return null;
    }

    /// <summary>Returns the job that had to make room, if any: the oldest of the network that has the most.</summary>
    internal PasswordJob? Add(PasswordJob job)
    {
        job.Asked = ++_moves;
        _waiting.Add(job);
        _counts[job.Client] = _counts.GetValueOrDefault(job.Client) + 1;
        if (_waiting.Count <= MaxWaiting)
            return null;
        var replaced = _waiting[0];
        foreach (var one in _waiting)
            if (_counts[one.Client] is var count && count >= _counts[replaced.Client]
                && (count > _counts[replaced.Client] || IsWorse(one, replaced)))
                replaced = one;
        Remove(replaced);
        return replaced;
    }

    /// <summary>Takes the next job; there must be one.</summary>
    internal PasswordJob Next()
    {
        var next = _waiting[0];
        foreach (var job in _waiting)
            if (IsBefore(job, next))
                next = job;
        Remove(next);
        Remember(_served, next.Client, ++_moves);
        return _current = next;
    }

    internal void End(PasswordJob job, bool isRight)
    {
        _current = null;
        _answered = ++_moves;
        if (isRight)
            return;
        var now = time.GetTimestamp();
        Remember(_wrong, (job.Client, null), now);
        Remember(_wrong, (job.Client, job.User), now);
    }

    bool IsBefore(PasswordJob job, PasswordJob other)
    {
        if (!job.Client.Equals(other.Client))
        {
            var (wrong, otherWrong) = (WasWrong(job.Client, null), WasWrong(other.Client, null));
            if (wrong != otherWrong)
                return otherWrong;
            var (turn, otherTurn) = (_served.GetValueOrDefault(job.Client), _served.GetValueOrDefault(other.Client));
            return turn != otherTurn ? turn < otherTurn : IsNewer(job, other);
        }
        var (guessed, otherGuessed) = (WasWrong(job.Client, job.User), WasWrong(other.Client, other.User));
        if (guessed != otherGuessed)
            return otherGuessed;
        return job.IsRepeated != other.IsRepeated ? job.IsRepeated : IsNewer(job, other);
    }

    /// <summary>Whether it comes first of those that nothing else tells apart: see the remarks.</summary>
    bool IsNewer(PasswordJob job, PasswordJob other)
    {
        var (waited, otherWaited) = (job.Asked < _answered, other.Asked < _answered);
        return waited != otherWaited ? waited : job.Asked > other.Asked;
    }

    bool IsWorse(PasswordJob job, PasswordJob other)
    {
        var (guessed, otherGuessed) = (WasWrong(job.Client, job.User), WasWrong(other.Client, other.User));
        return guessed != otherGuessed ? guessed
            : job.IsRepeated != other.IsRepeated ? other.IsRepeated
            : job.Asked < other.Asked;
    }

    bool WasWrong(IPAddress client, string? user) =>
        _wrong.TryGetValue((client, user), out var when) && time.GetElapsedTime(when) < Recent;

    void Remove(PasswordJob job)
    {
        _waiting.Remove(job);
        if (--_counts[job.Client] == 0)
            _counts.Remove(job.Client);
    }

    /// <summary>Bounded, because clients choose the keys. Forgetting costs fairness for a moment and nothing else.</summary>
    static void Remember<TKey>(Dictionary<TKey, long> memory, TKey key, long value)
        where TKey : notnull
    {
        if (memory.Count >= MostRemembered && !memory.ContainsKey(key))
            memory.Clear();
        memory[key] = value;
    }
}
