namespace TcpAgent.Tests.Support;

/// <summary>Tests that take over the process's console. They run alone, because others, such as FsCheck, print there.</summary>
[CollectionDefinition("console", DisableParallelization = true)]
public sealed class ConsoleTests;
