using System.Text;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace TcpAgent.Lab.Scenarios;

/// <summary>What the agent concluded in each scenario.</summary>
public sealed class ConfusionMatrix
{
    readonly Dictionary<string, string> _concluded = [];

    internal void Add(string scenario, string concluded) => _concluded[scenario] = concluded;

    string Concluded(Scenario scenario) => _concluded.GetValueOrDefault(scenario.Name, "not run");

    /// <summary>Scenarios off the diagonal. A skipped one does not count.</summary>
    internal string[] Wrong =>
        [.. ScenarioTests.All.Where(one => Concluded(one) != one.Conclusion && Concluded(one) != Skipped).Select(one =>
            $"{one.Name}: {Concluded(one)}")];

    internal const string Skipped = "skipped";

    public override string ToString()
    {
        var text = new StringBuilder("| scenario | expected | concluded | |\n| --- | --- | --- | --- |\n");
        foreach (var one in ScenarioTests.All)
            text.Append($"| {one.Name} | {one.Conclusion} | {Concluded(one)} | {(one.Conclusion == Concluded(one) ? "=" : "WRONG")} |\n");
        return text.ToString();
    }
}

/// <summary>Scenarios in the order of their table, those that run side by side first. Other tests come after them.</summary>
public sealed class TableOrder : ITestCaseOrderer
{
    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> testCases)
        where TTestCase : ITestCase => testCases.OrderBy(test => Place(test));

    static int Place(ITestCase test)
    {
        var place = Array.FindIndex(ScenarioTests.All, one => test.TestMethodArguments is [string name, ..] && one.Name == name);
        return place < 0 ? int.MaxValue : ScenarioTests.All[place].Alone ? place + ScenarioTests.All.Length : place;
    }
}
