using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CloudKick.Cli.Tests;

/// <summary>An HTTP server that answers each request with the next answer of its script, and remembers what it was asked.</summary>
internal sealed class ScriptedRelay : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly ConcurrentQueue<Answer> _script;

    private ScriptedRelay(WebApplication host, IEnumerable<Answer> script)
    {
        _host = host;
        _script = new(script);
    }

    public ConcurrentQueue<Request> Requests { get; } = new();

    public string Url => _host.Urls.Single();

    public (string Name, string Value)[] Variables => [("CLOUDKICK_URL", Url), ("CLOUDKICK_API_KEY", "ck_test_key")];

    public static async Task<ScriptedRelay> StartAsync(CancellationToken cancellationToken, params Answer[] script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var relay = new ScriptedRelay(builder.Build(), script);
        relay._host.Run(relay.AnswerAsync);
        await relay._host.StartAsync(cancellationToken);
        return relay;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        Requests.Enqueue(new Request(
            context.Request.Method,
            context.Request.Path + context.Request.QueryString,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync(context.RequestAborted)));
        var answer = _script.TryDequeue(out var next) ? next : new Answer(500, """{"title":"The script has ended"}""");
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers ?? [])
            context.Response.Headers[name] = value;
        if (answer.Body is not null)
        {
            context.Response.ContentType = answer.Status < 400 ? "application/json" : "application/problem+json";
            await context.Response.WriteAsync(answer.Body, context.RequestAborted);
        }
    }

    internal sealed record Answer(int Status, string? Body = null, (string Name, string Value)[]? Headers = null);

    internal sealed record Request(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);
}
