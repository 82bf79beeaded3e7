namespace TcpAgent.Kernel;

/// <summary>Maps a named kernel field to its slot. Called only when a header or a name is new.</summary>
interface IFieldMap
{
    /// <summary>The slot, or -1 when no row wants the field.</summary>
    int SlotOf(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field);
}
