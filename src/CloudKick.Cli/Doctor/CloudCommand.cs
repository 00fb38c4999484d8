using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Doctor.Cloud;

namespace CloudKick.Cli.Doctor;

/// <summary><c>doctor cloud</c>: what an operator runs after setting AWS up, or when it has changed.</summary>
internal static class CloudCommand
{
    private const string DefaultTopic = "NL-CAT";

    public static Command Create(CommandContext context)
    {
        var prefix = new Option<string?>("--client-id-prefix") { Description = "What the relay's client ids begin with [default: CloudKick__Mqtt__ClientIdPrefix, else relay]", HelpName = "PREFIX" };
        var topic = new Option<string?>("--topic") { Description = $"The subscription topic to try [default: {DefaultTopic}]", HelpName = "TOPIC" };
        var region = new Option<string?>("--region") { Description = "The region [default: CloudKick__Aws__Region, AWS_REGION, else the endpoint's]", HelpName = "REGION" };
        var profile = new Option<string?>("--profile") { Description = "The profile to take credentials from [default: CloudKick__Aws__Profile, else what AWS's chain finds]", HelpName = "NAME" };
        var credentials = new Option<string?>("--credentials-file") { Description = "A credentials file, as AWS's tools write it [default: AWS's own places]", HelpName = "FILE" };
        var control = new Option<string?>("--control-endpoint") { Description = "AWS's iot API [default: CloudKick__Aws__ControlEndpoint, else the region's]", HelpName = "HOST[:PORT]" };
        var queue = new Option<string?>("--queue") { Description = "The presence queue [default: CloudKick__Presence__QueueUrl, where CloudKick__Presence__Source is Sqs; else presence comes over MQTT]", HelpName = "URL" };
        var direct = new Option<bool>("--direct") { Description = "Try a direct message too [default: where CloudKick__Publishing__Transport is Direct]" };
        var command = new Command("cloud", "In the cloud: credentials, endpoint, the relay's certificate, its policies, direct messages, presence events and their queue")
        {
            prefix, topic, region, profile, credentials, control, queue, direct,
        };
        var options = TargetOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(queue) is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"))
                result.AddError($"--queue is '{url}', which is no address.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var settings = options.Settings(parsed, context, screen);
            var clientIdPrefix = parsed.GetValue(prefix) ?? settings.ClientIdPrefix;
            var network = options.Target(parsed, settings, TargetOptions.TrialName(clientIdPrefix));
            using var held = network.Certificate;
            var target = new CloudTarget
            {
                Network = network,
                Topic = parsed.GetValue(topic) ?? DefaultTopic,
                Region = parsed.GetValue(region) ?? settings.Region ?? context.NonEmpty("AWS_REGION") ?? RegionOf(network.Host),
                Profile = parsed.GetValue(profile) ?? settings.Profile,
                CredentialsFile = parsed.GetValue(credentials) ?? settings.CredentialsFile,
                ControlEndpoint = (parsed.GetValue(control) ?? settings.ControlEndpoint) is { } address ? HttpsAddress(address) : null,
                QueueUrl = parsed.GetValue(queue) ?? settings.QueueUrl,
                RelaySigns = settings.RelaySigns,
                TriesDirect = parsed.GetValue(direct) || settings.SendsDirect,
                Timeout = options.Timeout(parsed),
            };
            var report = new Report(screen);
            await new CloudExamination(target, new Examination(report, target.Timeout), context.TimeProvider).RunAsync(cancellationToken);
            report.End();
            return report.ExitCode;
        });
        return command;
    }

    // As the relay takes it: with or without the scheme.
    private static Uri HttpsAddress(string endpoint)
    {
        const string scheme = "https://";
        var (host, port) = TargetOptions.HostAndPort(endpoint.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? endpoint[scheme.Length..] : endpoint);
        return new UriBuilder(Uri.UriSchemeHttps, host, port ?? -1).Uri;
    }

    /// <summary>The region in a data endpoint's name: <c>…-ats.iot.eu-central-1.amazonaws.com</c>.</summary>
    private static string? RegionOf(string host) => host.Split('.') is [_, "iot", var region, "amazonaws", ..] ? region : null;
}
