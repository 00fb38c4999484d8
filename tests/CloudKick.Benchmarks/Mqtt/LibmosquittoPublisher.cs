namespace CloudKick.Benchmarks.Mqtt;

/// <summary>
/// libmosquitto as fast as it goes: one thread runs its loop, and each acknowledgement's callback publishes the next message. To queue
/// messages beforehand, or to publish beside the loop, is as fast; a thread of its own (<c>mosquitto_loop_start</c>) is slower.
/// </summary>
internal sealed class LibmosquittoPublisher : IPublisher
{
    public Task<PublishRun> RunAsync(Target target, TimeSpan warmUp, TimeSpan duration, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () =>
        {
            using var connection = new LibmosquittoConnection(target);
            connection.Open(cancellationToken);
            return connection.Publish(new RunMeter(target.BrokerProcessId, warmUp, duration), cancellationToken);
        },
        cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
