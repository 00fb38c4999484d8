using CloudKick.Cli.CommandLine;

using var stop = new StopSignals();
return await CloudKickCommand.RunAsync(args, CommandContext.OfThisProcess(), stop.Token);
