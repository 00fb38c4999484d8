namespace CloudKick.Cli.Doctor.Network;

/// <summary>TLS as HTTPS does it: who answers, and what time it is there.</summary>
internal sealed class TlsCheck(NetworkTarget target, TimeProvider timeProvider)
{
    public const string Name = "tls";

    public string WhenSilent => $"The connection opens and then nothing comes: a firewall or proxy holds TLS back. Have {target.Endpoint} let through.";

    /// <summary>The server's clock; null: not told. Known once <see cref="LookAsync"/> has made its connection.</summary>
    public ServerClock? Clock { get; private set; }

    /// <summary>Whether the server was asked for its time.</summary>
    public bool ClockWasAsked { get; private set; }

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var peek = await TlsPeek.OpenAsync(target, alpn: "", asClient: false, cancellationToken);
            var finding = ServerTrust.Judge(Name, target.Host, peek.Version, peek.Server, target.Roots is not null, timeProvider.GetUtcNow());
            if (target.Port != NetworkTarget.MqttPort)
            {
                // Nothing secret is in it, and the clock may be why the certificate is not trusted.
                ClockWasAsked = true;
                Clock = await ReadClockAsync(peek, cancellationToken);
            }
            return finding;
        }
        catch (TlsPeekException exception)
        {
            return exception.Fault switch
            {
                TlsFault.Version => Finding.Failed(
                    Name, $"The server speaks no TLS from 1.2 on: {exception.Message}", "AWS speaks 1.2 and 1.3: an old proxy answers in its place. Have the endpoint excepted from TLS inspection."),
                TlsFault.NotTls => Finding.Failed(
                    Name, "Something answers, but not in TLS", "Check the port. If it is right, a captive portal or proxy answers in AWS's place: have the endpoint let through."),
                TlsFault.CutOff => Finding.Failed(
                    Name, $"The connection is cut off during the TLS handshake: {exception.Message}", $"A firewall on the way does not like the name {target.Host} or the protocol: have {target.Endpoint} let through."),
                _ => Finding.Failed(Name, $"TLS fails: {exception.Message}", "Check host and port, and what is on the way."),
            };
        }
    }

    // A server that takes its time with the answer costs the clock, not the certificate's verdict.
    private async Task<ServerClock?> ReadClockAsync(TlsPeek peek, CancellationToken cancellationToken)
    {
        try
        {
            return await ServerClock.ReadAsync(peek.Stream, target.Host, timeProvider, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
