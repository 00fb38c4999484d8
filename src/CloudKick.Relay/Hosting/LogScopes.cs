using System.Collections;
using System.Diagnostics;

namespace CloudKick.Relay.Hosting;

/// <summary>
/// What stands around log entries: the ids of the trace that they belong to, and the scopes of whoever logs. Not the request's path,
/// which hosting would put around every entry: a path may be a one-time link, or whatever a caller typed. Thread safe.
/// </summary>
internal sealed class LogScopes : IExternalScopeProvider
{
    private const string RequestPath = "RequestPath";

    private readonly LoggerExternalScopeProvider _scopes = new();

    public void ForEachScope<TState>(Action<object?, TState> callback, TState state)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            callback(new TraceScope(activity), state);
        _scopes.ForEachScope(callback, state);
    }

    public IDisposable Push(object? state) =>
        state is IReadOnlyList<KeyValuePair<string, object?>> pairs && HasPath(pairs) ? Nothing.Instance : _scopes.Push(state);

    private static bool HasPath(IReadOnlyList<KeyValuePair<string, object?>> pairs)
    {
        for (var i = 0; i < pairs.Count; i++)
        {
            if (pairs[i].Key == RequestPath)
                return true;
        }
        return false;
    }

    private sealed class TraceScope(Activity activity) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => 2;

        public KeyValuePair<string, object?> this[int index] => index switch
        {
            0 => new("SpanId", activity.SpanId.ToHexString()),
            1 => new("TraceId", activity.TraceId.ToHexString()),
            _ => throw new ArgumentOutOfRangeException(nameof(index)),
        };

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            yield return this[0];
            yield return this[1];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => $"SpanId:{activity.SpanId}, TraceId:{activity.TraceId}";
    }

    private sealed class Nothing : IDisposable
    {
        public static readonly Nothing Instance = new();

        public void Dispose()
        {
        }
    }
}
