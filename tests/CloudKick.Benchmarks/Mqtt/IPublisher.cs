namespace CloudKick.Benchmarks.Mqtt;

/// <summary>A client that publishes with QoS 1 as fast as it can over one connection, with a fixed number of messages under way.</summary>
internal interface IPublisher
{
    /// <summary>Connects, warms up, publishes for <paramref name="duration"/>, disconnects. Only what happens within the duration counts.</summary>
    Task<PublishRun> RunAsync(Target target, TimeSpan warmUp, TimeSpan duration, CancellationToken cancellationToken);
}
