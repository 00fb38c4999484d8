using CloudKick.Relay;
using CloudKick.Relay.Hosting;

const int Misconfigured = 78; // EX_CONFIG of sysexits.h

try
{
    await using var app = RelayApplication.Build(RelayApplication.CreateBuilder(args));
    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (StartupFaults.Describe(exception) is { } faults)
{
    await Console.Error.WriteLineAsync("The relay cannot start:");
    foreach (var fault in faults)
        await Console.Error.WriteLineAsync("  - " + fault);
    return Misconfigured;
}
