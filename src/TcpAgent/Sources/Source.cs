using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Something that is read from the kernel: its tables and how to fill them. A source knows its files and rows and nothing of
/// who reads them; what it returns or throws never touches another source.
/// </summary>
abstract class Source(string name, params Rows[] tables) : IDisposable
{
    /// <summary>The flag's and the label's name.</summary>
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

    /// <summary>Read only every ten seconds and at start, not at every tick.</summary>
    internal virtual bool IsSlow => false;

    /// <summary>False for a source that is switched off but read because another computes from it.</summary>
    internal bool IsExported { get; set; } = true;

    /// <summary>By which interface of the kernel the source reads at present; a constant text.</summary>
    internal string Mode { get; private protected set; } = "procfs";

    /// <summary>Whether there is another interface to fall back on, so that the mode tells something while all is well.</summary>
    internal virtual bool HasFallback => false;

    /// <summary>Sections and lines dropped because they were not in the kernel's format, since start.</summary>
    internal long Malformed { get; private protected set; }

    /// <summary>Fields the kernel printed that no row names.</summary>
    internal virtual long Unknown => 0;

    /// <summary>Objects of the kernel's for which there is no room here: what they are short of nobody can tell.</summary>
    internal virtual long Unjudged => 0;

    /// <summary>Before anything is read at a tick: what the tables hold is that of the tick before.</summary>
    internal void Remember()
    {
        foreach (var table in Tables)
            table.Remember();
    }

    /// <summary>Fills the tables. What could not be read is left absent.</summary>
    internal abstract ReadStatus Read(in Tick tick);

    /// <summary>Computes what needs other sources' values of the same tick.</summary>
    internal virtual void Derive(in Tick tick)
    {
    }

    internal virtual void Withdraw()
    {
        foreach (var table in Tables)
            table.Withdraw();
    }

    /// <summary>Forgets descriptors and cached names; the next read starts afresh.</summary>
    internal virtual void Reopen()
    {
    }

    public virtual void Dispose()
    {
        Reopen();
        GC.SuppressFinalize(this);
    }
}
