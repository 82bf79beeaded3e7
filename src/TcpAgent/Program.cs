using TcpAgent.Cli;

Terminal.HideFromRuntime();
return CommandLine.Run(args);
