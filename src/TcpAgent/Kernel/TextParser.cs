namespace TcpAgent.Kernel;

/// <summary>
/// A format of named values. Parse writes only the slots of fields that it read whole; it never throws, whatever the bytes. The caller
/// first marks the slots absent.
/// </summary>
abstract class TextParser(IFieldMap map)
{
    protected IFieldMap Map { get; } = map;

    /// <summary>Number of fields in the last header that no row names.</summary>
    internal int Unknown { get; private protected set; }

    internal abstract ParseResult Parse(ReadOnlySpan<byte> text, Span<long> slots);

    private protected static void Store(Span<long> slots, int slot, long value)
    {
        if ((uint)slot < (uint)slots.Length)
            slots[slot] = value;
    }
}
