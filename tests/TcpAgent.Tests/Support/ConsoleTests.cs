namespace TcpAgent.Tests.Support;

/// <summary>Tests that take the process's console for themselves: beside no other, since others, FsCheck among them, print there.</summary>
[CollectionDefinition("console", DisableParallelization = true)]
public sealed class ConsoleTests;
