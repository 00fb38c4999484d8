using CloudKick.Relay.Cloud;
using CloudKick.Relay.Kicks;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>Reports what the chosen way to the terminals lacks, and limits that contradict each other.</summary>
internal sealed class PublishingOptionsValidator(IOptions<RelayMqttOptions> mqtt, IOptions<AwsOptions> aws, IOptions<KickOptions> kicks)
    : IValidateOptions<PublishingOptions>
{
    public ValidateOptionsResult Validate(string? name, PublishingOptions options)
    {
        var faults = new List<string>();
        var transport = $"{PublishingOptions.Section}:{nameof(options.Transport)} is {options.Transport}";
        if (options.UsesMqtt && Valid(mqtt) is { Host.Length: 0 })
            faults.Add($"{RelayMqttOptions.Section}:{nameof(RelayMqttOptions.Host)} is not set, and {transport}: set it to the account's data endpoint.");
        if (options.UsesHttps && Valid(mqtt) is { } connection && Valid(aws) is { } amazon)
            faults.AddRange(HttpsFaults(options, connection, amazon, transport));
        if (Valid(kicks) is { } kick && options.MaximumWait >= kick.Lease)
            faults.Add($"{PublishingOptions.Section}:{nameof(options.MaximumWait)} is {options.MaximumWait}; it must be less than {KickOptions.Section}:{nameof(KickOptions.Lease)}, {kick.Lease}.");
        if (options.StandingWait > options.MaximumWait)
            faults.Add($"{PublishingOptions.Section}:{nameof(options.StandingWait)} is {options.StandingWait}; it must not be more than {nameof(options.MaximumWait)}, {options.MaximumWait}.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> HttpsFaults(PublishingOptions options, RelayMqttOptions mqtt, AwsOptions aws, string transport)
    {
        if (IotDataClients.EndpointOf(aws, mqtt).Length == 0)
            yield return $"{AwsOptions.Section}:{nameof(AwsOptions.DataEndpoint)} is not set, and {transport}: set it to the account's data endpoint.";
        var authentication = $"{transport} with {PublishingOptions.Section}:{nameof(PublishingOptions.Authentication)} {options.Authentication}";
        if (options.Authentication is DataAuthentication.Certificate && string.IsNullOrEmpty(mqtt.CertificateFile))
            yield return $"{RelayMqttOptions.Section}:{nameof(RelayMqttOptions.CertificateFile)} is not set, and {authentication}.";
        if (options.Authentication is DataAuthentication.SigV4 && aws.Region is null)
            yield return $"{AwsOptions.Section}:{nameof(AwsOptions.Region)} is not set, and {authentication}: requests are signed for a region.";
    }

    // Another section's own faults are told by its own validation.
    private static TOptions? Valid<TOptions>(IOptions<TOptions> options)
        where TOptions : class
    {
        try
        {
            return options.Value;
        }
        catch (OptionsValidationException)
        {
            return null;
        }
    }
}
