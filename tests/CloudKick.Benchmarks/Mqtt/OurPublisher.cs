using CloudKick.Mqtt;

namespace CloudKick.Benchmarks.Mqtt;

/// <summary>CloudKick's client, used as the relay uses it: each message awaited by somebody of its own.</summary>
internal sealed class OurPublisher : IPublisher
{
    public async Task<PublishRun> RunAsync(Target target, TimeSpan warmUp, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var client = new MqttClient(new MqttClientOptions
        {
            Endpoint = new MqttEndpoint(Target.Host, target.Port)
            {
                Tls = target.Tls is { } tls ? new MqttTlsOptions { ClientCertificate = tls.Certificate, TrustedRoots = tls.Roots } : null,
            },
            ClientId = "ours",
            MaximumInFlight = target.InFlight,
            DedicatedThread = true,
        });
        await client.ConnectAsync(cancellationToken);
        var message = new MqttMessage { Topic = Target.Topic, Payload = target.Payload, QualityOfService = MqttQualityOfService.AtLeastOnce };
        var meter = new RunMeter(target.BrokerProcessId, warmUp, duration);
        await Task.WhenAll(Enumerable.Range(0, target.InFlight).Select(_ => Task.Run(() => PublishAsync(client, message, meter, cancellationToken), cancellationToken)));
        await client.DisconnectAsync(cancellationToken);
        return meter.ToRun();
    }

    private static async Task PublishAsync(MqttClient client, MqttMessage message, RunMeter meter, CancellationToken cancellationToken)
    {
        long start;
        do
        {
            start = meter.Now;
            var reasonCode = await client.PublishAsync(message, cancellationToken);
            if (reasonCode.IsFailure())
                throw new BenchmarkException($"The broker refused a message: {reasonCode}");
        }
        while (meter.Acknowledged(start));
    }
}
