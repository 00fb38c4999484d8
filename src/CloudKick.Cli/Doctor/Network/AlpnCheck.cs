namespace CloudKick.Cli.Doctor.Network;

/// <summary>Whether the endpoint takes the question which protocol is meant: on port 443 AWS knows MQTT by it alone.</summary>
internal sealed class AlpnCheck(NetworkTarget target)
{
    public const string Name = "alpn";

    public string WhenSilent => $"Something on the way swallows TLS that asks for {target.Alpn}: have {target.Endpoint} excepted from TLS inspection.";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var peek = await TlsPeek.OpenAsync(target, target.Alpn, asClient: true, cancellationToken);
            if (peek.Alpn == target.Alpn)
                return Finding.Ok(Name, $"{target.Alpn} is agreed upon");
            return Finding.Failed(
                Name, peek.Alpn.Length == 0 ? $"TLS comes about, and the question for {target.Alpn} is not answered" : $"Asked for {target.Alpn}, answered {peek.Alpn}",
                $"A firewall or proxy on the way strips ALPN, or another service answers. AWS then takes MQTT on 443 for HTTPS and closes. Have {target.Host} excepted from TLS inspection; "
                + $"if that cannot be, AWS takes MQTT without ALPN on port {NetworkTarget.MqttPort}.");
        }
        catch (TlsPeekException exception)
        {
            return exception.Fault == TlsFault.Alpn
                ? Finding.Failed(Name, $"The server knows ALPN, but not {target.Alpn}", "Check that this is AWS IoT's data endpoint (…-ats.iot.<region>.amazonaws.com), and its port 443.")
                : Finding.Failed(
                    Name, $"TLS that asks for {target.Alpn} fails, and TLS that does not works: {exception.Message}",
                    $"A firewall on the way lets HTTPS through and nothing else: have {target.Endpoint} let through for every protocol.");
        }
    }
}
