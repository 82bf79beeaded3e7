using TcpAgent.Cli;
using TcpAgent.System;

Libc.FillStandardStreams();
Terminal.HideFromRuntime();
return CommandLine.Run(args);
