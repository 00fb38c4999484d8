using System.Globalization;

namespace CloudKick.Faults.Load;

/// <summary>Kicks under way at a steady pace: terminals in turn, each kick with a key of its own.</summary>
/// <param name="till">Who asks.</param>
/// <param name="terminals">Who is kicked, in turn.</param>
public sealed class KickLoad(Till till, IReadOnlyList<string> terminals)
{
    private static int _loads;

    private readonly int _number = Interlocked.Increment(ref _loads);
    private int _posted;
    private int _answered;

    /// <summary>Kicks asked for at once. Default 16.</summary>
    public int UnderWay { get; init; } = 16;

    /// <summary>How long each of them pauses between its kicks. Default 0.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Kicks that have an answer that stands.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Kicks until told to stop, and at least so many; those under way have their answer when this returns.</summary>
    /// <param name="atLeast">How many at least.</param>
    /// <param name="enough">Cancelled when the experiment is over.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task RunAsync(int atLeast, CancellationToken enough, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, UnderWay).Select(_ => RunOneAsync(atLeast, enough, cancellationToken)));

    private async Task RunOneAsync(int atLeast, CancellationToken enough, CancellationToken cancellationToken)
    {
        while (true)
        {
            var number = Interlocked.Increment(ref _posted);
            if (number > atLeast && enough.IsCancellationRequested)
                return;
            // One that never gets a kick is in the history, for the checker to find.
            if (await till.KickAsync(terminals[number % terminals.Count], string.Create(CultureInfo.InvariantCulture, $"load-{_number}-{number}"), cancellationToken) is not null)
                Interlocked.Increment(ref _answered);
            if (Pause > TimeSpan.Zero)
                await Task.Delay(Pause, cancellationToken);
        }
    }
}
