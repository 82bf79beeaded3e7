using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// A part of the kernel's data: its tables and how to fill them. A source knows its files and rows but not its readers; its results and
/// exceptions never affect another source.
/// </summary>
abstract class Source(string name, params Rows[] tables) : IDisposable
{
    /// <summary>The name in flags and labels.</summary>
    internal string Name { get; } = name;

    internal Table[] Tables { get; } = Array.ConvertAll(tables, rows => new Table(rows));

    /// <summary>The table of these rows.</summary>
    /// <exception cref="ArgumentException">The source has no such table.</exception>
    internal Table this[Rows rows]
    {
        get
        {
            foreach (var table in Tables)
                if (ReferenceEquals(table.Rows, rows))
                    return table;
            throw new ArgumentException($"{Name} has no table of these rows", nameof(rows));
        }
    }

    /// <summary>Sources that this one computes from. They are read even if they are switched off.</summary>
    internal Source[] Needs { get; init; } = [];

    /// <summary>True for a source that is read only at start and every ten seconds, not at every tick.</summary>
    internal virtual bool IsSlow => false;

    /// <summary>False for a source that is switched off but read because another computes from it.</summary>
    internal bool IsExported { get; set; } = true;

    /// <summary>The kernel interface that the source uses now; a constant text.</summary>
    internal string Mode { get; private protected set; } = "procfs";

    /// <summary>Whether there is another interface to fall back on, so that the mode means something even without a failure.</summary>
    internal virtual bool HasFallback => false;

    /// <summary>Sections and lines dropped because they were not in the kernel's format, since start.</summary>
    internal long Malformed { get; private protected set; }

    /// <summary>Counts what a parse dropped, and returns the status that it makes.</summary>
    private protected ReadStatus Account(string where, ParseResult result)
    {
        Malformed += result.Dropped;
        return result.Dropped == 0 ? ReadStatus.Ok : ReadStatus.Malformed(where, result.Line);
    }

    /// <summary>Fields the kernel printed that no row names.</summary>
    internal virtual long Unknown => 0;

    /// <summary>Kernel objects for which the source has no room, and which nothing can judge.</summary>
    internal virtual long Unjudged => 0;

    /// <summary>Called before anything is read at a tick, when the tables hold the values of the previous tick.</summary>
    internal void Remember()
    {
        foreach (var table in Tables)
            table.Remember();
    }

    /// <summary>Fills the tables. Values that cannot be read stay absent.</summary>
    internal abstract ReadStatus Read(in Tick tick);

    /// <summary>
    /// True for a source that looks at the kernel in Derive, because it needs what other sources read at the same tick. Derive is then
    /// called after a failure too, which could not heal otherwise.
    /// </summary>
    internal virtual bool LooksInDerive => false;

    /// <summary>Computes values that depend on other sources at the same tick. Not called for a source that failed.</summary>
    internal virtual void Derive(in Tick tick)
    {
    }

    internal virtual void Withdraw()
    {
        foreach (var table in Tables)
            table.Withdraw();
    }

    /// <summary>Closes descriptors and forgets cached names; the next read starts from scratch.</summary>
    internal virtual void Reopen()
    {
    }

    public virtual void Dispose()
    {
        Reopen();
        GC.SuppressFinalize(this);
    }
}
