using CloudKick.AwsIot.Data;

namespace CloudKick.Cli.Doctor.Cloud;

/// <summary>Whether a message may be published over HTTPS.</summary>
internal sealed class HttpsPublishCheck(string name, CloudTarget target, bool required, string who, string grant)
{
    public const string WithCertificate = "publish-https";
    public const string Signed = "publish-signed";

    public string WhenSilent => $"The data API does not answer: see `cloudkick doctor network --endpoint {target.Network.Endpoint}`.";

    public async Task<Finding> LookAsync(IAmazonIotData data, string topic, CancellationToken cancellationToken)
    {
        try
        {
            using var payload = new MemoryStream("{}"u8.ToArray());
            await data.PublishAsync(new PublishRequest { Topic = topic, Qos = 1, Payload = payload, MessageExpiry = 1 }, cancellationToken);
            return Finding.Ok(name, $"The cloud takes a message of {who} to {topic} over HTTPS");
        }
        catch (Exception exception) when (AwsFault.Explains(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fault = AwsFault.Of(exception, $"iot:Publish on topic/{target.Topic}/*", grant);
            // An operator's own credentials need not be allowed what the relay does with its certificate.
            return fault.IsRefusal && !required
                ? Finding.Warning(name, $"{fault.Evidence}; the relay publishes with its certificate", $"Only if the relay shall sign (CloudKick__Publishing__Authentication=SigV4): {fault.Fix}")
                : Finding.Failed(name, fault.Evidence, fault.Fix);
        }
    }
}
