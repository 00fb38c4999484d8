using CloudKick.LocalCloud;
using CloudKick.Mqtt;

namespace CloudKick.EndToEnd.Tests;

/// <summary>How simulated terminals connect to a LocalCloud.</summary>
internal static class Devices
{
    /// <summary>The endpoint with a new certificate for the terminal.</summary>
    public static MqttEndpoint Endpoint(LocalCloudServer cloud, string terminal) => Endpoint(cloud.Port, cloud.IssueDeviceCertificate(terminal));

    /// <summary>The endpoint with the terminal's certificate.</summary>
    public static MqttEndpoint Endpoint(int port, DeviceCertificate certificate) => new("localhost", port)
    {
        Tls = new MqttTlsOptions
        {
            ApplicationProtocols = ["x-amzn-mqtt-ca"],
            ClientCertificate = certificate.ToX509Certificate(),
            TrustedRoots = [certificate.ToCaCertificate()],
        },
    };
}
