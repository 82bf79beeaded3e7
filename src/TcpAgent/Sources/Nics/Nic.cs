using TcpAgent.Kernel;
using TcpAgent.Kernel.Nics;

namespace TcpAgent.Sources;

/// <summary>A network card, with what the last look found.</summary>
/// <param name="index">The device's index.</param>
/// <param name="link">Its name.</param>
/// <param name="before">What had the index before; after a reload the same card.</param>
sealed class Nic(int index, LinkName link, Nic? before)
{
    internal int Index { get; } = index;

    internal LinkName Link { get; } = link;

    /// <summary>What its driver may still answer. One that does not have something will not have it at the next look.</summary>
    internal NicInterfaces Offers { get; set; } = NicInterfaces.All;

    /// <summary>By the rows of <see cref="NicRows.Rows"/>.</summary>
    internal long[] Values { get; } = new long[NicRows.Rows.Count];

    internal bool HasValues
    {
        get
        {
            foreach (var value in Values)
                if (value != KernelValue.Absent)
                    return true;
            return false;
        }
    }

    /// <summary>Whether a row was ever filled by the kernel's own names: one count must not continue another.</summary>
    internal bool[] IsOfKernel { get; } = new bool[NicRows.Rows.Count];

    /// <summary>The driver's names at the last look, and their kinds.</summary>
    internal byte[] Names { get; set; } = [];

    internal NicStatistic[] Kinds { get; set; } = [];

    /// <summary>The most connections that the cloud ever had available; absent where it never reported any.</summary>
    internal long MostAvailable { get; private set; } =
        before is not null && before.Link.Name.AsSpan().SequenceEqual(link.Name) ? before.MostAvailable : KernelValue.Absent;

    /// <summary>
    /// How many of them are taken now. The limit is at least <see cref="MostAvailable"/>, and what was in use at that time adds the same to
    /// use and limit. So the true share in use is at least taken by most available.
    /// </summary>
    internal long Taken => Available == KernelValue.Absent || MostAvailable == KernelValue.Absent ? KernelValue.Absent
        : MostAvailable - Available;

    /// <summary>The number taken from which at least four fifths of the limit are in use.</summary>
    internal long Mark => (long)Math.Ceiling(MostAvailable * Fullness.Near);

    long Available => Values[NicRows.ConntrackAvailable.Slot];

    /// <summary>Called after each look. A card that has always had 0 available does not count them.</summary>
    internal void NoteAvailable()
    {
        if (Available > 0)
            MostAvailable = Math.Max(MostAvailable, Available);
    }
}
