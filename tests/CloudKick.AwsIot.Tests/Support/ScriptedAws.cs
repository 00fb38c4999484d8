using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CloudKick.AwsIot.Tests.Support;

/// <summary>Answers HTTP as it is told to, and remembers what it was asked. On a free loopback port, plain.</summary>
internal sealed class ScriptedAws : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Lock _gate = new();
    private readonly List<ReceivedRequest> _requests = [];

    private ScriptedAws(WebApplication server) => _server = server;

    /// <summary>What every request gets. Default: 200 with <c>{}</c>.</summary>
    public Func<ReceivedRequest, HttpResponse, Task> Answer { get; set; } = (_, response) => Json(response, 200, "{}");

    public string Url => _server.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    public IReadOnlyList<ReceivedRequest> Requests
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    public static async Task<ScriptedAws> StartAsync(Action<ListenOptions>? listen = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, options =>
        {
            options.Protocols = HttpProtocols.Http1;
            listen?.Invoke(options);
        }));
        var server = builder.Build();
        var scripted = new ScriptedAws(server);
        server.Run(scripted.ServeAsync);
        await server.StartAsync();
        return scripted;
    }

    /// <summary>Answers every request with this from now on.</summary>
    public void AnswerWith(int status, string body, params (string Name, string Value)[] headers) => Answer = (_, response) =>
    {
        foreach (var (name, value) in headers)
            response.Headers[name] = value;
        return Json(response, status, body);
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static Task Json(HttpResponse response, int status, string body)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        return response.WriteAsync(body);
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = new ReceivedRequest(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray(),
            context.Connection.Id,
            context.Connection.ClientCertificate?.Subject);
        lock (_gate)
            _requests.Add(request);
        await Answer(request, context.Response);
    }
}

/// <summary>A request as it came over the wire.</summary>
/// <param name="Target">Path and query, not decoded.</param>
internal sealed record ReceivedRequest(string Method, string Target, Dictionary<string, string> Headers, byte[] Body, string Connection, string? ClientCertificate)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
