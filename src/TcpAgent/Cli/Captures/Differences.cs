using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>What differs between two verdicts, as far as it is notable.</summary>
/// <param name="A">The first.</param>
/// <param name="B">The second.</param>
sealed record Differences(Captured A, Captured B)
{
    /// <summary>A use that differs by less than this factor, or that is a smaller share of its limit, says nothing.</summary>
    const double NotableFactor = 2, NotableShare = 0.1;

    /// <summary>The same for a use without a limit.</summary>
    const long NotableUse = 100;

    /// <summary>A use that is listed among the settings.</summary>
    static readonly string s_use = SysctlRows.FileNr.Labels.Split('"')[1];

    /// <summary>Resources of which state, limit or use differ; one that a side does not know is null there.</summary>
    internal List<(string Name, ResourceReport? A, ResourceReport? B)> Resources { get; } = [];

    internal List<Finding> FindingsOnlyInA { get; } = [];

    internal List<Finding> FindingsOnlyInB { get; } = [];

    internal List<DropReport> DropsOnlyInA { get; } = [];

    internal List<DropReport> DropsOnlyInB { get; } = [];

    /// <summary>Settings that differ; null on the side that has none of that name.</summary>
    internal List<(string Name, string? A, string? B)> Settings { get; } = [];

    /// <summary>Whether both sides have settings, so that a list without entries means that they are the same.</summary>
    internal bool KnowsSettings => A.Settings is not null && B.Settings is not null;

    /// <summary>Whether both sides know what was dropped in their time.</summary>
    internal bool KnowsDrops => !A.Provenance.IsMoment && !B.Provenance.IsMoment;

    internal static Differences Between(Captured a, Captured b)
    {
        var found = new Differences(a, b);
        foreach (var one in a.Verdict.Resources)
            found.Compare(one.Resource.Name, one, Find(b.Verdict, one.Resource.Name));
        foreach (var other in b.Verdict.Resources)
            if (Find(a.Verdict, other.Resource.Name) is null)
                found.Compare(other.Resource.Name, null, other);
        found.FindingsOnlyInA.AddRange(FindingsOnlyIn(a.Verdict, b.Verdict));
        found.FindingsOnlyInB.AddRange(FindingsOnlyIn(b.Verdict, a.Verdict));
        if (found.KnowsDrops)
        {
            found.DropsOnlyInA.AddRange(DropsOnlyIn(a.Verdict, b.Verdict));
            found.DropsOnlyInB.AddRange(DropsOnlyIn(b.Verdict, a.Verdict));
        }
        if (found.KnowsSettings)
            found.CompareSettings(a.Settings!, b.Settings!);
        return found;
    }

    void Compare(string name, ResourceReport? a, ResourceReport? b)
    {
        if (StateOf(a) != StateOf(b) || (a is not null && b is not null && (IsLimitOther(a, b) || IsUseNotable(a, b))))
            Resources.Add((name, a, b));
    }

    /// <summary>A report of the time names only what was near or limiting, so what it leaves out was not.</summary>
    static ResourceState StateOf(ResourceReport? report) =>
        report?.State is ResourceState.Near or ResourceState.Limiting ? report.State : ResourceState.Ok;

    /// <summary>A limit that a capture does not have says nothing.</summary>
    static bool IsLimitOther(ResourceReport a, ResourceReport b) => a.Limit is { } left && b.Limit is { } right && left != right;

    static bool IsUseNotable(ResourceReport a, ResourceReport b)
    {
        if (a.Used is not { } left || b.Used is not { } right)
            return false;
        var (least, most) = (Math.Min(left, right), Math.Max(left, right));
        var isLarge = a.Limit is > 0 and var limit ? most >= NotableShare * limit : most >= NotableUse;
        return isLarge && most >= NotableFactor * least;
    }

    static ResourceReport? Find(HostVerdict verdict, string name)
    {
        foreach (var report in verdict.Resources)
            if (report.Resource.Name == name)
                return report;
        return null;
    }

    static List<Finding> FindingsOnlyIn(HostVerdict verdict, HostVerdict other)
    {
        var known = new HashSet<string>();
        foreach (var finding in other.Findings)
            known.Add(finding.Id);
        var only = new List<Finding>();
        foreach (var finding in verdict.Findings)
            if (!known.Contains(finding.Id))
                only.Add(finding);
        return only;
    }

    static List<DropReport> DropsOnlyIn(HostVerdict verdict, HostVerdict other)
    {
        var known = new HashSet<string>();
        foreach (var drop in other.Drops)
            if (drop.Count > 0)
                known.Add(drop.Stage.Stage);
        var only = new List<DropReport>();
        foreach (var drop in verdict.Drops)
            if (drop.Count > 0 && !known.Contains(drop.Stage.Stage))
                only.Add(drop);
        return only;
    }

    void CompareSettings(SortedDictionary<string, string> a, SortedDictionary<string, string> b)
    {
        var names = new SortedSet<string>(a.Keys, StringComparer.Ordinal);
        names.UnionWith(b.Keys);
        foreach (var name in names)
            if (name != s_use && a.GetValueOrDefault(name) is var left && b.GetValueOrDefault(name) is var right && left != right)
                Settings.Add((name, left, right));
    }
}
