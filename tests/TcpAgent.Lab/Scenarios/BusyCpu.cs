namespace TcpAgent.Lab.Scenarios;

/// <summary>Tests that take most of a CPU, so that nothing else of the run may be beside them. They leave the host as it is.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BusyCpu
{
    internal const string Name = "busy CPU";
}
