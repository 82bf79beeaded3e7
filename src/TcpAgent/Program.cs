using TcpAgent.Cli;

return CommandLine.Run(args);
