using Amazon;
using Amazon.Runtime;
using CloudKick.AwsIot;
using CloudKick.AwsIot.Control;
using CloudKick.AwsIot.Data;
using CloudKick.AwsIot.Queues;
using CloudKick.Cli.Doctor.Network;

namespace CloudKick.Cli.Doctor.Cloud;

/// <summary>Whether the cloud lets the relay do its work: with the operator's credentials, and with the relay's certificate.</summary>
internal sealed class CloudExamination(CloudTarget target, Examination examination, TimeProvider timeProvider)
{
    private const string CertificateGrant = "terraform/modules/iot attaches the relay's policy (aws_iot_policy.relay) to its certificate, and subscription_topics must have the topic.";
    private const string RoleGrant = "Allow it for these credentials; for the relay's role terraform/modules/policies/role.tf does (statement Publish).";
    private const string NoCertificate = "no certificate of the relay was given (--cert and --key, or CloudKick__Mqtt__CertificateFile)";
    private const string NoRegion = "no region is known (--region, or CloudKick__Aws__Region)";

    // A terminal's id has at most 16 characters, and this one is made up for the occasion: nobody listens there.
    private readonly string _trialTopic = $"{target.Topic}/{target.Network.ClientId[^8..]}-doctor";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var credentials = await CheckApisAsync(cancellationToken);
        await CheckCertificateAsync(cancellationToken);
        await CheckSignedPublishAsync(credentials, cancellationToken);
        if (target.QueueUrl is { } queueUrl)
            await CheckQueueAsync(credentials, queueUrl, cancellationToken);
    }

    private async Task<AWSCredentials?> CheckApisAsync(CancellationToken cancellationToken)
    {
        if (target.Region is null)
        {
            examination.NotTried(CredentialsCheck.Name, NoRegion);
            examination.NotTried(EndpointCheck.Name, NoRegion);
            return null;
        }
        var config = Configure(new AmazonIoTConfig(), target.ControlEndpoint);
        var chain = new CredentialsCheck(config, target.Profile, target.CredentialsFile);
        var found = await examination.RunAsync(CredentialsCheck.Name, chain.LookAsync, CredentialsCheck.WhenSilent, cancellationToken);
        if (chain.Found is null)
        {
            examination.NotTried(EndpointCheck.Name, $"{found.Check} failed");
            return null;
        }
        using var iot = new AmazonIoTClient(chain.Found, config);
        var endpoint = new EndpointCheck(iot, target.Network.Host, target.Network.Port);
        await examination.RunAsync(EndpointCheck.Name, endpoint.LookAsync, EndpointCheck.WhenSilent, cancellationToken);
        return chain.Found;
    }

    private async Task CheckCertificateAsync(CancellationToken cancellationToken)
    {
        if (target.Network.Certificate is null)
        {
            foreach (var name in new[] { MqttTrial.ConnectName, MqttTrial.PublishName })
                examination.NotTried(name, NoCertificate);
            if (target.QueueUrl is null)
                examination.NotTried(MqttTrial.PresenceName, NoCertificate);
            examination.NotTried(HttpsPublishCheck.WithCertificate, NoCertificate);
            return;
        }

        await using (var mqtt = new MqttTrial(target, timeProvider))
        {
            var connected = await examination.RunAsync(MqttTrial.ConnectName, mqtt.ConnectAsync, MqttTrial.WhenSilent, cancellationToken);
            // Before the trial publish: AWS refuses that by ending the connection.
            if (target.QueueUrl is null)
                await examination.RunAfterAsync(connected, MqttTrial.PresenceName, mqtt.FollowPresenceAsync, MqttTrial.WhenSilent, cancellationToken);
            await examination.RunAfterAsync(connected, MqttTrial.PublishName, token => mqtt.PublishAsync(_trialTopic, token), MqttTrial.WhenSilent, cancellationToken);
        }

        using var data = new AmazonIotDataClient(Configure(
            new AmazonIotDataConfig { ClientCertificate = () => target.Network.Certificate, ClientCertificateChain = target.Network.Intermediates }, DataEndpoint));
        var check = new HttpsPublishCheck(HttpsPublishCheck.WithCertificate, target, required: true, "the certificate", CertificateGrant);
        await examination.RunAsync(HttpsPublishCheck.WithCertificate, token => check.LookAsync(data, _trialTopic, token), check.WhenSilent, cancellationToken);
    }

    private async Task CheckSignedPublishAsync(AWSCredentials? credentials, CancellationToken cancellationToken)
    {
        if (credentials is null)
        {
            examination.NotTried(HttpsPublishCheck.Signed, "there are no credentials");
            return;
        }
        using var data = new AmazonIotDataClient(credentials, Configure(new AmazonIotDataConfig(), DataEndpoint));
        var check = new HttpsPublishCheck(HttpsPublishCheck.Signed, target, target.RelaySigns, "these credentials", RoleGrant);
        await examination.RunAsync(HttpsPublishCheck.Signed, token => check.LookAsync(data, _trialTopic, token), check.WhenSilent, cancellationToken);
    }

    private async Task CheckQueueAsync(AWSCredentials? credentials, string queueUrl, CancellationToken cancellationToken)
    {
        if (credentials is null)
        {
            examination.NotTried(QueueCheck.Name, "there are no credentials");
            return;
        }
        using var queues = new AmazonSQSClient(credentials, Configure(new AmazonSQSConfig(), new Uri(new Uri(queueUrl).GetLeftPart(UriPartial.Authority))));
        await examination.RunAsync(QueueCheck.Name, new QueueCheck(queues, queueUrl).LookAsync, QueueCheck.WhenSilent, cancellationToken);
    }

    // HTTPS is on 443 where MQTT alone is on 8883.
    private Uri DataEndpoint => new UriBuilder(
        Uri.UriSchemeHttps, target.Network.Host, target.Network.Port == NetworkTarget.MqttPort ? 443 : target.Network.Port).Uri;

    private TConfig Configure<TConfig>(TConfig config, Uri? endpoint)
        where TConfig : AwsServiceConfig
    {
        if (endpoint is null)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(target.Region);
        else
            config.ServiceURL = endpoint.GetLeftPart(UriPartial.Authority);
        if (target.Region is not null)
            config.AuthenticationRegion = target.Region;
        // What goes wrong is to be seen, once.
        config.MaxErrorRetry = 0;
        config.Timeout = target.Timeout;
        config.TrustedRoots = target.Network.Roots;
        if (target.Profile is not null || target.CredentialsFile is not null)
            config.Profile = new Profile(target.Profile ?? "default", target.CredentialsFile);
        return config;
    }
}
