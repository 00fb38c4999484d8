using System.Diagnostics.CodeAnalysis;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Streams;

/// <summary>Bounds how many streams are open at once: of each caller, and on this node. Thread-safe.</summary>
internal sealed class StreamSlots(IOptions<StreamOptions> options)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private int _total;

    /// <summary>Takes a place, to be disposed when the stream ends; else says why there is none.</summary>
    public bool TryEnter(Caller caller, [NotNullWhen(true)] out IDisposable? slot, [NotNullWhen(false)] out ProblemResult? refusal)
    {
        (slot, refusal) = (null, null);
        lock (_lock)
        {
            var own = _open.GetValueOrDefault(caller.Id);
            if (own >= options.Value.MaximumPerCaller)
            {
                refusal = Problem.TooManyStreams(
                    $"This API key or person has {own} streams open here already. Close those that nobody reads, or read the kick by GET /v1/kicks/{{id}}.", Pause);
                return false;
            }

            if (_total >= options.Value.Maximum)
            {
                refusal = Problem.TooManyStreams("This node has no room for another stream at the moment. Read the kick by GET /v1/kicks/{id}, or try again.", Pause);
                return false;
            }

            _open[caller.Id] = own + 1;
            _total++;
            slot = new Slot(this, caller.Id);
            return true;
        }
    }

    private void Leave(string caller)
    {
        lock (_lock)
        {
            _total--;
            if (--_open[caller] == 0)
                _open.Remove(caller);
        }
    }

    private sealed class Slot(StreamSlots slots, string caller) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _left, true))
                slots.Leave(caller);
        }
    }
}
