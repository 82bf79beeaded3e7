using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Support;

/// <summary>
/// Gives every field that a parser asks for a slot, known by "Section.Field". Once frozen, new fields get slots that are wrong in
/// every way in which a map can be wrong.
/// </summary>
sealed class FieldMap : IFieldMap
{
    static readonly int[] s_wrong = [-1, int.MinValue, int.MaxValue, Capacity, Capacity + 1, -Capacity];

    internal const int Capacity = 1024;

    readonly Dictionary<string, int> _slots = [];
    int _asked;

    internal bool Frozen { get; set; }

    internal long[] Slots { get; } = new long[Capacity];

    public int SlotOf(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field)
    {
        var name = Encoding.Latin1.GetString(section) + "." + Encoding.Latin1.GetString(field);
        if (_slots.TryGetValue(name, out var slot))
            return slot;
        if (Frozen)
            return s_wrong[_asked++ % s_wrong.Length];
        Assert.True(_slots.Count < Capacity);
        return _slots[name] = _slots.Count;
    }

    /// <summary>The value that the last parse stored, null when it stored none.</summary>
    internal long? this[string name] =>
        _slots.TryGetValue(name, out var slot) && Slots[slot] != KernelValue.Absent ? Slots[slot] : null;

    /// <summary>What the last parse stored in these fields; others are not compared.</summary>
    internal void Shows(params (string Field, Expected Value)[] fields)
    {
        var facts = new Facts("fields");
        foreach (var (field, value) in fields)
            facts.Is(value, this[field], field);
        facts.Verify();
    }

    internal ParseResult Parse(TextParser parser, ReadOnlySpan<byte> text)
    {
        Slots.AsSpan().Fill(KernelValue.Absent);
        return parser.Parse(text, Slots);
    }
}
