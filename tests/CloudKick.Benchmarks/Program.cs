using System.CommandLine;
using CloudKick.Benchmarks;
using CloudKick.Benchmarks.Fleet;
using CloudKick.Benchmarks.Kicks;
using CloudKick.Benchmarks.Mqtt;
using CloudKick.Benchmarks.Pieces;
using CloudKick.Benchmarks.Volume;
using CloudKick.Cli.CommandLine;

#if DEBUG
await Console.Error.WriteLineAsync("A benchmark of a Debug build says nothing: dotnet run -c Release --project tests/CloudKick.Benchmarks");
return 1;
#else
using var stop = new StopSignals();
var root = new RootCommand("Measures CloudKick on this machine, beside something to compare with.")
{
    KicksCommand.Create(), MqttCommand.Create(), PiecesCommand.Create(), TerminalsCommand.Create(), FanOutCommand.Create(), PagesCommand.Create(),
    StoredCommand.Create(),
    CloudWorker.Create(), FleetWorker.Create(),
};
try
{
    var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    return await root.Parse(args).InvokeAsync(configuration, stop.Token);
}
catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
{
    return 130;
}
catch (BenchmarkException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 1;
}
#endif
