namespace TcpAgent.Kernel;

/// <summary>Answers which slot a named kernel field belongs to. Asked only when a header or a name is new.</summary>
interface IFieldMap
{
    /// <summary>The slot, or -1 when nothing wants the field.</summary>
    int SlotOf(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field);
}
