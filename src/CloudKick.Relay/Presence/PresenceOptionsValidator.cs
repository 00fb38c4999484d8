using System.Text.RegularExpressions;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Publishing;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Presence;

/// <summary>Reports what the chosen source of presence lacks.</summary>
internal sealed partial class PresenceOptionsValidator(IOptions<RelayMqttOptions> mqtt, IOptions<AwsOptions> aws) : IValidateOptions<PresenceOptions>
{
    private const string QueueUrl = $"{PresenceOptions.Section}:{nameof(PresenceOptions.QueueUrl)}";

    public ValidateOptionsResult Validate(string? name, PresenceOptions options)
    {
        string[] faults = options.Source switch
        {
            PresenceSourceKind.Mqtt when Valid(mqtt) is { Host.Length: 0 } =>
                [$"{RelayMqttOptions.Section}:{nameof(RelayMqttOptions.Host)} is not set, and {Chosen(options)}: set it, or follow presence another way."],
            PresenceSourceKind.Sqs => [.. QueueFaults(options)],
            _ => [],
        };
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> QueueFaults(PresenceOptions options)
    {
        if (options.QueueWait.Ticks % TimeSpan.TicksPerSecond != 0)
            yield return $"{PresenceOptions.Section}:{nameof(options.QueueWait)} is {options.QueueWait}; SQS counts in whole seconds.";
        var region = Valid(aws)?.Region;
        if (Valid(aws) is { Region: null })
            yield return $"{AwsOptions.Section}:{nameof(AwsOptions.Region)} is not set, and {Chosen(options)}: set it to the queue's region.";
        if (string.IsNullOrEmpty(options.QueueUrl))
            yield return $"{QueueUrl} is not set, and {Chosen(options)}: set it to the queue that the topic rule fills (Terraform's output presence_queue_url).";
        else if (PresenceQueue.Parse(options.QueueUrl) is not { } url)
            yield return $"{QueueUrl} is '{options.QueueUrl}', which is no queue's URL: it is like https://sqs.eu-central-1.amazonaws.com/123456789012/cloudkick-presence.";
        else if (Region().Match(url.Host) is { Success: true } host && region is not null && host.Groups[1].Value != region)
            yield return $"{QueueUrl} is in {host.Groups[1].Value}, but {AwsOptions.Section}:{nameof(AwsOptions.Region)} is {region}: requests are signed for one region.";
    }

    private static string Chosen(PresenceOptions options) => $"{PresenceOptions.Section}:{nameof(options.Source)} is {options.Source}";

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

    [GeneratedRegex(@"^sqs(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$", RegexOptions.IgnoreCase)]
    private static partial Regex Region();
}
