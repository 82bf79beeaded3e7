using System.Text;

namespace TcpAgent.Metrics;

/// <summary>Points at one slot of a plain block, for values that are computed from others.</summary>
readonly record struct SlotRef(Block Block, int Row)
{
    internal long Value => Block.Slot(Row);

    /// <exception cref="InvalidOperationException">No row names the field: a mistake in the rows.</exception>
    internal static SlotRef To(Block block, string section, string field)
    {
        var row = block.Find(Encoding.ASCII.GetBytes(section), Encoding.ASCII.GetBytes(field));
        return row >= 0 ? new SlotRef(block, row) : throw new InvalidOperationException($"no row names {section}.{field}");
    }
}
