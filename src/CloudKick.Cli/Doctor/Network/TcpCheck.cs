using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>Whether the endpoint's addresses take connections: all of them at once, because clients take any.</summary>
internal sealed class TcpCheck(string name, int port, TimeProvider timeProvider)
{
    public const string Name = "tcp";

    public string WhenSilent => $"Allow outgoing TCP to port {port} in router and firewall.";

    public async Task<Finding> LookAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken) =>
        Judge(await Task.WhenAll(addresses.Select(address => TryAsync(address, cancellationToken))));

    /// <summary>What the attempts together mean. Pure.</summary>
    public Finding Judge(IReadOnlyList<TcpAttempt> attempts)
    {
        var evidence = attempts.Count > 1 && attempts.All(attempt => attempt.Error is null)
            ? $"all {attempts.Count} addresses answer on port {port}, the slowest after {Milliseconds(attempts.Max(attempt => attempt.Took))}"
            : string.Join("; ", attempts.Select(Describe));
        if (attempts.All(attempt => attempt.Error is not null))
        {
            return attempts.Any(attempt => attempt.Error is SocketError.ConnectionRefused)
                ? Finding.Failed(name, evidence, "Check host and port. If they are right, a firewall refuses for the server: " + WhenSilent)
                : Finding.Failed(name, evidence, WhenSilent);
        }
        // A network without IPv6 is common and does no harm: a family that works, works whole.
        return attempts.GroupBy(attempt => attempt.Address.AddressFamily).Any(family => family.All(attempt => attempt.Error is null))
            ? Finding.Ok(name, evidence)
            : Finding.Warning(name, evidence, "A connection goes to any of these, and is slow or fails when it meets one that does not answer. " + WhenSilent);
    }

    private async Task<TcpAttempt> TryAsync(IPAddress address, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var started = timeProvider.GetTimestamp();
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
            return new(address, timeProvider.GetElapsedTime(started), null);
        }
        catch (SocketException exception)
        {
            return new(address, timeProvider.GetElapsedTime(started), exception.SocketErrorCode);
        }
        catch (OperationCanceledException)
        {
            // The check's time is over, or the examination's: whoever waits for this knows which.
            return new(address, timeProvider.GetElapsedTime(started), SocketError.TimedOut);
        }
    }

    private string Describe(TcpAttempt attempt)
    {
        var at = new IPEndPoint(attempt.Address, port);
        return attempt.Error switch
        {
            null => $"{at} answers after {Milliseconds(attempt.Took)}",
            SocketError.ConnectionRefused => $"{at} refuses",
            SocketError.TimedOut => $"{at} is silent",
            SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported => $"no way to {at} from here",
            { } error => $"{at}: {error}",
        };
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString(time.TotalMilliseconds < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms";
}

/// <summary>One attempt to connect.</summary>
/// <param name="Address">Where to.</param>
/// <param name="Took">How long it took to succeed or fail.</param>
/// <param name="Error">Null: it succeeded.</param>
internal sealed record TcpAttempt(IPAddress Address, TimeSpan Took, SocketError? Error);
