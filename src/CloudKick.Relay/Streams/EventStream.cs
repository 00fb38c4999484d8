using System.Globalization;
using System.Text;
using CloudKick.Relay.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Streams;

/// <summary>Opens streams.</summary>
internal sealed class EventStreams(
    StreamAccess access, IHostApplicationLifetime lifetime, Draining draining, IOptions<StreamOptions> options, TimeProvider timeProvider)
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2);

    /// <summary>Begins the answer. What is still to be judged about the request must have been before.</summary>
    public EventStream Open(HttpContext context) => Open(context, options.Value.Lifetime, AskAgainAfter);

    /// <summary>Begins an answer that somebody may read all day: it asks only with its heartbeats whether they still may.</summary>
    /// <param name="context">The request.</param>
    /// <param name="longest">How long it lasts at most.</param>
    public EventStream OpenLasting(HttpContext context, TimeSpan longest) => Open(context, longest, options.Value.Heartbeat);

    private EventStream Open(HttpContext context, TimeSpan longest, TimeSpan askAgainAfter) =>
        new(context, access, lifetime, draining, new StreamPace(longest, options.Value.Heartbeat, askAgainAfter), timeProvider);
}

/// <summary>How a stream keeps time.</summary>
/// <param name="Lifetime">How long it lasts at most.</param>
/// <param name="Heartbeat">How long it may be silent.</param>
/// <param name="AskAgainAfter">How long a yes to its reader is good.</param>
internal sealed record StreamPace(TimeSpan Lifetime, TimeSpan Heartbeat, TimeSpan AskAgainAfter);

/// <summary>
/// An answer of server-sent events (WHATWG HTML §9.2): named events with ids, comments when nothing happens. It ends when its reader
/// leaves or may read no longer, when the node stops, or when its time is up. One writer at a time.
/// </summary>
internal sealed class EventStream : IDisposable
{
    public const string ContentType = "text/event-stream";
    private static readonly byte[] Comment = ": \n\n"u8.ToArray();

    private readonly HttpContext _context;
    private readonly StreamAccess _access;
    private readonly Draining _draining;
    private readonly StreamPace _pace;
    private readonly TimeProvider _timeProvider;
    private readonly CancellationTokenSource _ended;
    private readonly long _openedAt;
    private long _wroteAt;
    private long _askedAt;

    public EventStream(
        HttpContext context, StreamAccess access, IHostApplicationLifetime lifetime, Draining draining, StreamPace pace, TimeProvider timeProvider)
    {
        (_context, _access, _draining, _pace, _timeProvider) = (context, access, draining, pace, timeProvider);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        _openedAt = _wroteAt = _askedAt = timeProvider.GetTimestamp();
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = ContentType;
        context.Response.Headers.CacheControl = "no-store";
        // nginx and what behaves like it would gather events otherwise.
        context.Response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>Whether a browser asks for a stream, as its <c>EventSource</c> does of itself (WHATWG HTML §9.2.2), and not a person for a page.</summary>
    public static bool IsAskedFor(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals(ContentType, StringComparison.OrdinalIgnoreCase));

    /// <summary>Cancelled when nothing more can be told.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>How long its writer may wait for news before it calls <see cref="ContinuesAsync"/>.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Writes the headers, and how soon a reader that lost the stream should come again.</summary>
    public Task BeginAsync() => SendAsync("retry: 1000\n\n");

    /// <summary>Writes an event.</summary>
    /// <param name="name">Its name; no line ends.</param>
    /// <param name="id">What a reader that comes again sends as <c>Last-Event-ID</c>; null keeps the one before.</param>
    /// <param name="data">Its data.</param>
    public Task SendAsync(string name, string? id, string data)
    {
        var text = new StringBuilder(data.Length + 64);
        if (id is not null)
            text.Append(CultureInfo.InvariantCulture, $"id: {id}\n");
        text.Append(CultureInfo.InvariantCulture, $"event: {name}\n");
        foreach (var line in data.AsSpan().EnumerateLines())
            text.Append("data: ").Append(line).Append('\n');
        return SendAsync(text.Append('\n').ToString());
    }

    /// <summary>Whether to go on. Says now and then that it is still there, and asks whether its reader may still read.</summary>
    public async Task<bool> ContinuesAsync()
    {
        if (_draining.IsStopping || _timeProvider.GetElapsedTime(_openedAt) >= _pace.Lifetime)
            return false;
        if (_timeProvider.GetElapsedTime(_askedAt) >= _pace.AskAgainAfter)
        {
            _askedAt = _timeProvider.GetTimestamp();
            if (!await _access.IsStillAllowedAsync(_context, Ended))
                return false;
        }

        if (_timeProvider.GetElapsedTime(_wroteAt) >= _pace.Heartbeat)
            await SendAsync(Comment);
        return true;
    }

    public void Dispose() => _ended.Dispose();

    private Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    private async Task SendAsync(byte[] bytes)
    {
        await _context.Response.Body.WriteAsync(bytes, Ended);
        await _context.Response.Body.FlushAsync(Ended);
        _wroteAt = _timeProvider.GetTimestamp();
    }
}
