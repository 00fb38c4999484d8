using CloudKick.Relay.Database;

namespace CloudKick.Relay.Security;

/// <summary>Makes this node forget a key the moment that any node changes it.</summary>
internal sealed class ApiKeyNews(DatabaseNotifications notifications, ApiKeyDirectory directory) : IHostedLifecycleService, IDisposable
{
    private IDisposable? _listening;

    // Before anything starts, so that the listening connection names the channel.
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _listening = notifications.On("api_key_changed", directory.Forget, directory.ForgetAll);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listening?.Dispose();
}
