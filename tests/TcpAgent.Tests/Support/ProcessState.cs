namespace TcpAgent.Tests.Support;

/// <summary>Tests that change the environment or the console of the test process run one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessState
{
    internal const string Name = "process state";
}
