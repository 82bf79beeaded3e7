namespace TcpAgent.Tests.Cli;

/// <summary>The flags of a command with their examples, whatever options they set.</summary>
interface IFlagTable
{
    /// <summary>Those in help. --collector.NAME is not: it sets no property.</summary>
    IEnumerable<string> Names { get; }

    void TakesAGoodValue(string name);

    void TakesAGoodValueOfTheEnvironment(string name);

    void RefusesABadValue(string name);

    void HasTheDefaultOfItsProperty(string name);
}
