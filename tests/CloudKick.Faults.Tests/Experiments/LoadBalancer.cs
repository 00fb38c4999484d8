using CloudKick.Faults.Proxying;
using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>
/// Gives each new connection of a till to a node whose <c>/health/ready</c> says yes, or to the next one if that takes none;
/// what is open stays where it is, and nothing is asked again. When no node is ready, each is as good as another, as AWS's balancers have it.
/// </summary>
internal sealed class LoadBalancer : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);

    private readonly World _world;
    private readonly FaultProxy _http = new();
    private readonly HttpClient _probe = new() { Timeout = ProbeTimeout };
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _watching;

    /// <param name="world">Its nodes are ready now.</param>
    public LoadBalancer(World world)
    {
        _world = world;
        Lead(world.Nodes);
        _watching = WatchAsync();
    }

    /// <summary>Where tills reach it.</summary>
    public Uri Address => new($"http://{_http.Endpoint}/");

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
        _probe.Dispose();
        await _http.DisposeAsync();
    }

    private async Task WatchAsync()
    {
        using var interval = new PeriodicTimer(Interval);
        do
        {
            var ready = await Task.WhenAll(_world.Nodes.Select(IsReadyAsync));
            RelayNode[] nodes = [.. _world.Nodes.Where((_, i) => ready[i])];
            Lead(nodes.Length > 0 ? nodes : _world.Nodes);
        }
        while (await interval.WaitForNextTickAsync(_ended.Token));
    }

    private void Lead(IReadOnlyList<RelayNode> nodes) => _http.Backends = [.. nodes.Select(node => node.HttpEndpoint)];

    private async Task<bool> IsReadyAsync(RelayNode node)
    {
        try
        {
            using var answer = await _probe.GetAsync(new Uri(node.Http, "health/ready"), _ended.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!_ended.IsCancellationRequested)
        {
            return false;
        }
    }
}
