using TcpAgent.Kernel;

namespace TcpAgent.Cli;

/// <summary>Draws one series as a line of text. Each column shows its highest value, or the increase of a counter.</summary>
sealed class Chart(int width, bool isCounter)
{
    const string Blocks = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588", Ascii = "_.:-=+*#";

    readonly long?[] _columns = new long?[width];
    long _last = KernelValue.Absent;

    /// <summary>What the signs mean.</summary>
    internal static string Legend(bool hasBlocks)
    {
        var levels = hasBlocks ? Blocks : Ascii;
        return $"({levels[0]} none, {levels[^1]} highest, blank: no data)";
    }

    internal long Low { get; private set; } = KernelValue.Absent;

    internal long High { get; private set; } = KernelValue.Absent;

    internal void Add(int column, long value)
    {
        if (value == KernelValue.Absent)
            return;
        var more = _last == KernelValue.Absent ? 0 : Math.Max(0, value - _last);
        _last = value;
        value = isCounter ? more : value;
        Low = Low == KernelValue.Absent ? value : Math.Min(Low, value);
        High = Math.Max(High, value);
        _columns[column] = Math.Max(_columns[column] ?? 0, value);
    }

    internal string Draw(bool hasBlocks) => string.Create(width, this, (text, chart) =>
    {
        var levels = hasBlocks ? Blocks : Ascii;
        for (var i = 0; i < text.Length; i++)
            text[i] = chart._columns[i] is not { } value ? ' '
                : value <= 0 ? levels[0]
                : levels[1 + (int)Math.Min(levels.Length - 2, (double)value / chart.High * (levels.Length - 1))];
    });
}
