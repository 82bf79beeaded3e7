using TcpAgent.Cli;
using TcpAgent.System;

Libc.FillStandardStreams();
Terminal.HideFromRuntime();
Output.GuardConsole();
return CommandLine.Run(args);
