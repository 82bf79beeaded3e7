using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace TcpAgent.Web;

/// <summary>
/// Selects the tables of a scrape by source, with the usual parameters of exporters: collect[]=NAME keeps only the named sources,
/// exclude[]=NAME drops them.
/// </summary>
/// <param name="owners">The source name of each table, in the order of the exposition.</param>
sealed class TableFilter(IReadOnlyList<string> owners)
{
    /// <param name="query">The request's query.</param>
    /// <param name="tables">The selected tables; empty for all.</param>
    /// <param name="problem">What is wrong with the query.</param>
    internal bool TryRead(IQueryCollection query, out bool[] tables, out string problem)
    {
        var (collect, exclude) = (query["collect[]"], query["exclude[]"]);
        tables = [];
        problem = collect.Count > 0 && exclude.Count > 0 ? "collect[] and exclude[] cannot be used together.\n" : "";
        foreach (var name in StringValues.Concat(collect, exclude))
            if (problem.Length == 0 && !Owns(name))
                problem = $"missing collector: {name}\n";
        if (problem.Length > 0)
            return false;
        if (collect.Count + exclude.Count > 0)
            tables = Choose(owner => collect.Count > 0 ? Contains(collect, owner) : !Contains(exclude, owner));
        return true;
    }

    /// <summary>The selected tables that belong to the agent itself.</summary>
    internal bool[] OwnOf(bool[] wanted)
    {
        var own = Choose(owner => owner == "agent");
        for (var i = 0; i < wanted.Length; i++)
            own[i] &= wanted[i];
        return own;
    }

    bool[] Choose(Func<string, bool> isWanted)
    {
        var tables = new bool[owners.Count];
        for (var i = 0; i < tables.Length; i++)
            tables[i] = isWanted(owners[i]);
        return tables;
    }

    bool Owns(string? name)
    {
        foreach (var owner in owners)
            if (owner == name)
                return true;
        return false;
    }

    static bool Contains(StringValues names, string name)
    {
        foreach (var one in names)
            if (one == name)
                return true;
        return false;
    }
}
