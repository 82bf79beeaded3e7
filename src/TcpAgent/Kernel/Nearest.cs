namespace TcpAgent.Kernel;

/// <summary>Finds the name that was probably meant by one that does not exist.</summary>
static class Nearest
{
    /// <summary>Longer texts are no typing mistakes.</summary>
    const int MostLetters = 60;

    /// <summary>A name that differs in more letters is another name, however long both are.</summary>
    const int MostMistakes = 4;

    /// <summary>Returns null if none of the names is near, or the text is too long to compare.</summary>
    internal static string? To(string text, IReadOnlyList<string> names)
    {
        var (nearest, distance) = ("", int.MaxValue);
        if (text.Length <= MostLetters)
            foreach (var name in names)
                if (Distance(text, name) is var other && other < distance)
                    (nearest, distance) = (name, other);
        return nearest.Length > 0 && distance <= Math.Clamp(nearest.Length / 3, 2, MostMistakes) ? nearest : null;
    }

    /// <summary>The Levenshtein distance, ignoring case.</summary>
    static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + same));
            }
        }
        return row[^1];
    }
}
