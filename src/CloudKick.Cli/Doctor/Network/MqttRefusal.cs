using CloudKick.Mqtt;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>What a refused MQTT connection means at AWS IoT Core, and what to do. Pure.</summary>
internal static class MqttRefusal
{
    private const string CertificateFix =
        "Register the certificate in this account and region, or set it ACTIVE (aws iot update-certificate --new-status ACTIVE); if it was revoked, issue a new one (cloudkick terminal provision).";

    /// <param name="exception">How it ended.</param>
    /// <param name="clientId">The client id that was tried.</param>
    /// <param name="certificateIsTaken">What <see cref="CertificateProbe"/> found out.</param>
    public static (string Evidence, string Fix) Explain(MqttConnectException exception, string clientId, bool? certificateIsTaken) => exception.Failure switch
    {
        MqttConnectFailure.ClosedBeforeConnAck => certificateIsTaken switch
        {
            true => ($"Closed without a word after CONNECT, while HTTPS takes the certificate: a policy refuses client id {clientId}", PolicyFix(clientId)),
            false => ("Closed without a word after CONNECT, and HTTPS closes likewise: the certificate is not registered, inactive or revoked", CertificateFix),
            null => ($"Closed without a word after CONNECT: the certificate is not registered or inactive, or a policy refuses client id {clientId}", $"{CertificateFix} {PolicyFix(clientId)}"),
        },
        MqttConnectFailure.RefusedByServer => (exception.Message, OfReason(exception.ReasonCode, clientId)),
        MqttConnectFailure.TlsHandshake => (exception.Message, $"The server may refuse the certificate within TLS. {CertificateFix}"),
        MqttConnectFailure.Protocol => (exception.Message, "Something else than AWS IoT answers: check host and port, and what is on the way."),
        _ => (exception.Message, "The checks before this one were well: try again, and if it stays, ask who runs the network."),
    };

    /// <summary>A connection that was accepted and then ended.</summary>
    public static (string Evidence, string Fix) Explain(MqttConnectionChange lost, string clientId) => lost.ReasonCode is MqttReasonCode.SessionTakenOver
        ? ($"Accepted, and then displaced: another connection uses client id {clientId}",
            "If that is the terminal or relay itself coming back, the cloud takes it and all is well. Else two devices have the same certificate and displace each other again and again: give each its own.")
        : ($"Accepted, and then ended: {lost.Cause}", lost.ReasonCode is { } reason ? OfReason(reason, clientId) : PolicyFix(clientId));

    private static string OfReason(MqttReasonCode? reason, string clientId) => reason switch
    {
        MqttReasonCode.NotAuthorized or MqttReasonCode.Banned => PolicyFix(clientId),
        MqttReasonCode.ClientIdentifierNotValid => $"AWS takes client ids of 1 to 128 bytes that do not begin with $: {clientId} is none, or the policy wants another.",
        MqttReasonCode.BadUserNameOrPassword or MqttReasonCode.BadAuthenticationMethod =>
            "The endpoint has a custom authorizer instead of certificates: ask for the endpoint and the ALPN (aws iot describe-domain-configuration).",
        MqttReasonCode.UnsupportedProtocolVersion => "The server wants another version of MQTT than 5: it is not AWS IoT Core.",
        MqttReasonCode.QuotaExceeded or MqttReasonCode.ConnectionRateExceeded => "The account or the client id connects too often: AWS allows one CONNECT a second for each client id. Try again in a minute.",
        MqttReasonCode.ServerUnavailable or MqttReasonCode.ServerBusy or MqttReasonCode.ServerShuttingDown => "Try again in a minute; if it stays, see AWS's health dashboard.",
        _ => "Look the code up in AWS's developer guide, under MQTT 5 reason codes.",
    };

    private static string PolicyFix(string clientId) =>
        $"The certificate's policy must allow iot:Connect on client/{clientId}; a terminal's certificate must also be attached to the thing {clientId} "
        + "(cloudkick terminal provision does both). terraform/modules/iot has the policies for terminals and for the relay (client/relay-*).";
}
