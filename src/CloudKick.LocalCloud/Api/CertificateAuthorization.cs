namespace CloudKick.LocalCloud;

/// <summary>Devices publish what their rules let them publish over MQTT; identities do everything.</summary>
internal sealed class CertificateAuthorization(IAuthorization rules) : IApiAuthorization
{
    public bool May(ApiCaller caller, string action, string resource, IReadOnlyDictionary<string, string>? context = null)
    {
        if (caller.Device is not { } device) return true;
        var client = new ClientIdentity("", device.ThingName, device.CertificateId);
        return action switch
        {
            "iot:Publish" => rules.MayPublish(client, resource["topic/".Length..], retain: false),
            "iot:RetainPublish" => rules.MayPublish(client, resource["topic/".Length..], retain: true),
            _ => device.ThingName == ThingName.Relay,
        };
    }
}
