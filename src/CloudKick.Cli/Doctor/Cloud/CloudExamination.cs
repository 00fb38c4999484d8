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
    private const string RoleDirectGrant = "Allow it for these credentials; for the relay's role terraform/modules/policies/role.tf does (statement DirectMessages).";
    private const string NoCredentials = "there are no credentials";
    private const string NoCertificate = "no certificate of the relay was given (--cert and --key, or CloudKick__Mqtt__CertificateFile)";
    private const string NoRegion = "no region is known (--region, or CloudKick__Aws__Region)";

    // A terminal's id has at most 16 characters, and this one is made up for the occasion: nobody listens there.
    private readonly string _trialTopic = $"{target.Topic}/{target.Network.ClientId[^8..]}-doctor";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var credentials = await CheckApisAsync(cancellationToken);
        var mqtt = await CheckCertificateAsync(cancellationToken);
        await CheckSignedPublishAsync(credentials, cancellationToken);
        if (target.TriesDirect)
            await CheckDirectAsync(credentials, mqtt, cancellationToken);
        if (target.QueueUrl is { } queueUrl)
            await CheckQueueAsync(credentials, queueUrl, mqtt, cancellationToken);
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

    /// <summary>What the relay's certificate may do; the finding says whether the broker takes it.</summary>
    private async Task<Finding> CheckCertificateAsync(CancellationToken cancellationToken)
    {
        if (target.Network.Certificate is null)
        {
            var none = examination.NotTried(MqttTrial.ConnectName, NoCertificate);
            examination.NotTried(MqttTrial.PublishName, NoCertificate);
            if (target.QueueUrl is null)
                examination.NotTried(MqttTrial.PresenceName, NoCertificate);
            examination.NotTried(HttpsPublishCheck.WithCertificate, NoCertificate);
            return none;
        }

        Finding connected;
        await using (var mqtt = new MqttTrial(target, timeProvider))
        {
            connected = await examination.RunAsync(MqttTrial.ConnectName, mqtt.ConnectAsync, MqttTrial.WhenSilent, cancellationToken);
            // Before the trial publish: AWS refuses that by ending the connection.
            if (target.QueueUrl is null)
                await examination.RunAfterAsync(connected, MqttTrial.PresenceName, mqtt.FollowPresenceAsync, MqttTrial.WhenSilent, cancellationToken);
            await examination.RunAfterAsync(connected, MqttTrial.PublishName, token => mqtt.PublishAsync(_trialTopic, token), MqttTrial.WhenSilent, cancellationToken);
        }

        using var data = Certified();
        var check = new HttpsPublishCheck(HttpsPublishCheck.WithCertificate, target, required: true, "the certificate", CertificateGrant);
        await examination.RunAsync(HttpsPublishCheck.WithCertificate, token => check.LookAsync(data, _trialTopic, token), check.WhenSilent, cancellationToken);
        return connected;
    }

    private async Task CheckSignedPublishAsync(AWSCredentials? credentials, CancellationToken cancellationToken)
    {
        if (credentials is null)
        {
            examination.NotTried(HttpsPublishCheck.Signed, NoCredentials);
            return;
        }
        using var data = Signing(credentials);
        var check = new HttpsPublishCheck(HttpsPublishCheck.Signed, target, target.RelaySigns, "these credentials", RoleGrant);
        await examination.RunAsync(HttpsPublishCheck.Signed, token => check.LookAsync(data, _trialTopic, token), check.WhenSilent, cancellationToken);
    }

    // As the relay does it: with its certificate, or signed.
    private async Task CheckDirectAsync(AWSCredentials? credentials, Finding mqtt, CancellationToken cancellationToken)
    {
        if (target.RelaySigns && credentials is null)
        {
            examination.NotTried(DirectMessageCheck.Name, NoCredentials);
            return;
        }
        using var data = target.RelaySigns ? Signing(credentials!) : Certified();
        var check = target.RelaySigns
            ? new DirectMessageCheck(target, "these credentials", RoleDirectGrant, timeProvider)
            : new DirectMessageCheck(target, "the certificate", CertificateGrant, timeProvider);
        // The visitor is there with the relay's certificate, which may receive terminals' answers and nothing else.
        Task<Finding> LookAsync(CancellationToken token) => check.LookAsync(data, $"{_trialTopic}/ack", token);
        if (target.RelaySigns && target.Network.Certificate is null)
            await examination.RunAsync(DirectMessageCheck.Name, LookAsync, check.WhenSilent, cancellationToken);
        else
            await examination.RunAfterAsync(mqtt, DirectMessageCheck.Name, LookAsync, check.WhenSilent, cancellationToken);
    }

    private async Task CheckQueueAsync(AWSCredentials? credentials, string queueUrl, Finding mqtt, CancellationToken cancellationToken)
    {
        if (credentials is null)
        {
            examination.NotTried(QueueCheck.Name, NoCredentials);
            examination.NotTried(MqttTrial.PresenceName, NoCredentials);
            return;
        }
        using var queues = new AmazonSQSClient(credentials, Configure(new AmazonSQSConfig(), new Uri(new Uri(queueUrl).GetLeftPart(UriPartial.Authority))));
        var queue = await examination.RunAsync(QueueCheck.Name, new QueueCheck(queues, queueUrl).LookAsync, QueueCheck.WhenSilent, cancellationToken);
        var trial = new PresenceQueueTrial(target, queues, queueUrl, timeProvider);
        await examination.RunAfterAsync(queue.Holds ? mqtt : queue, MqttTrial.PresenceName, trial.LookAsync, PresenceQueueTrial.WhenSilent, cancellationToken);
    }

    private AmazonIotDataClient Certified() => new(Configure(
        new AmazonIotDataConfig { ClientCertificate = () => target.Network.Certificate!, ClientCertificateChain = target.Network.Intermediates }, DataEndpoint));

    private AmazonIotDataClient Signing(AWSCredentials credentials) => new(credentials, Configure(new AmazonIotDataConfig(), DataEndpoint));

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
