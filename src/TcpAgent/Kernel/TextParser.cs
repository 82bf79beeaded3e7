namespace TcpAgent.Kernel;

/// <summary>Answers which slot a named kernel field belongs to. Asked only when a header or a name is new.</summary>
interface IFieldMap
{
    /// <summary>The slot, or -1 when nothing wants the field.</summary>
    int SlotOf(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field);
}

/// <summary>
/// What a parse found wrong: how many sections or lines were dropped and the first of them (1-based). The rest was kept.
/// </summary>
readonly record struct ParseResult(int Dropped, int Line)
{
    internal ParseResult And(int line) => new(Dropped + 1, Dropped == 0 ? line : Line);
}

/// <summary>
/// A format of named values. Parse writes only the slots of fields that it read whole; it never throws, whatever the bytes.
/// The caller marks the slots absent before.
/// </summary>
abstract class TextParser(IFieldMap map)
{
    protected IFieldMap Map { get; } = map;

    /// <summary>Fields of the file that no row names, as of the last header seen.</summary>
    internal int Unknown { get; private protected set; }

    internal abstract ParseResult Parse(ReadOnlySpan<byte> text, Span<long> slots);

    private protected static void Store(Span<long> slots, int slot, long value)
    {
        if ((uint)slot < (uint)slots.Length)
            slots[slot] = value;
    }
}
