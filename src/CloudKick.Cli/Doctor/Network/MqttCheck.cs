using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Mqtt;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>Whether the cloud takes the given certificate, and lets it stay.</summary>
internal sealed class MqttCheck(NetworkTarget target, TimeProvider timeProvider)
{
    public const string Name = "mqtt";
    public const string WhenSilent = "TLS comes about and MQTT gets no answer: something on the way lets the handshake through and then drops. Have the endpoint excepted from inspection.";

    // Long enough that another holder of the client id, displaced, shows itself: clients wait a second or more, most no longer than that.
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan ExpiresSoon = TimeSpan.FromDays(30);

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var certificate = target.Certificate!;
        var now = timeProvider.GetUtcNow().UtcDateTime;
        if (now > certificate.NotAfter.ToUniversalTime() || now < certificate.NotBefore.ToUniversalTime())
        {
            return Finding.Failed(
                Name, string.Create(CultureInfo.InvariantCulture, $"The certificate {Named(certificate)} is valid from {certificate.NotBefore:yyyy-MM-dd} to {certificate.NotAfter:yyyy-MM-dd}, and by this machine's clock it is {now:yyyy-MM-dd}"),
                "Give the terminal a new certificate (cloudkick terminal rotate), or set the clock.");
        }

        await using var trial = new TrialClient(target, target.ClientId);
        try
        {
            await trial.Client.ConnectAsync(cancellationToken);
        }
        catch (MqttConnectException exception)
        {
            bool? taken = exception.Failure == MqttConnectFailure.ClosedBeforeConnAck ? await CertificateProbe.IsTakenAsync(target, cancellationToken) : null;
            var (seen, fix) = MqttRefusal.Explain(exception, target.ClientId, taken);
            return Finding.Failed(Name, seen, fix);
        }

        if (await LostAsync(trial, cancellationToken) is { } lost)
        {
            var (seen, fix) = MqttRefusal.Explain(lost, target.ClientId);
            return lost.ReasonCode is MqttReasonCode.SessionTakenOver ? Finding.Warning(Name, seen, fix) : Finding.Failed(Name, seen, fix);
        }
        await trial.Client.DisconnectAsync(cancellationToken);
        var evidence = $"The cloud takes {Named(certificate)} as client {target.ClientId}";
        return certificate.NotAfter.ToUniversalTime() - now < ExpiresSoon
            ? Finding.Warning(Name, string.Create(CultureInfo.InvariantCulture, $"{evidence}; the certificate ends on {certificate.NotAfter:yyyy-MM-dd}"), "Renew it in time (cloudkick terminal rotate).")
            : Finding.Ok(Name, evidence);
    }

    private async Task<MqttConnectionChange?> LostAsync(TrialClient trial, CancellationToken cancellationToken)
    {
        try
        {
            return await trial.Lost.WaitAsync(Stay, timeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static string Named(X509Certificate2 certificate) => certificate.Subject.Length > 0 ? certificate.Subject : certificate.SerialNumber;
}
