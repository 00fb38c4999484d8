using System.CommandLine;
using CloudKick.Faults;

var root = new RootCommand("Makes things fail around the relay, and judges what became of every kick.") { SoakCommand.Create(), ScaleCommand.Create() };
return await root.Parse(args).InvokeAsync();
