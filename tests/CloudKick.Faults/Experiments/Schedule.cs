using CloudKick.Faults.Stage;

namespace CloudKick.Faults.Experiments;

/// <summary>Faults at random moments, all of them decided by the world's seed.</summary>
public static class Schedule
{
    /// <summary>
    /// Kills a random node, starts it again and waits until it is ready, so many times, with pauses between 0 and <paramref name="pause"/>;
    /// the others go on.
    /// </summary>
    public static async Task KillRandomNodesAsync(World world, int kills, TimeSpan pause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(world);
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(pause * world.Random.NextDouble(), cancellationToken);
            var node = world.Nodes[world.Random.Next(world.Nodes.Count)];
            await world.KillAsync(node);
            await node.StartAsync(cancellationToken: cancellationToken);
        }
    }
}
