namespace TcpAgent.Metrics;

/// <summary>Refers to one row of a table that a source fills, for values computed from others.</summary>
readonly record struct SlotRef(Table Table, Row Row)
{
    /// <summary>The value of a plain table.</summary>
    internal long Value => Table[Row];

    /// <inheritdoc cref="Table.Rise"/>
    internal long Rise => Table.Rise(Row);

    /// <inheritdoc cref="Table.HasChanged"/>
    internal bool HasChanged => Table.HasChanged(Row);
}
