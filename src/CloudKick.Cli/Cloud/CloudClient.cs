using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;

namespace CloudKick.Cli.Cloud;

/// <summary>The control surface of a running <c>local</c>'s cloud. An error answer is thrown as the <see cref="CliException"/> that ends the command.</summary>
internal sealed class CloudClient : IDisposable
{
    private const string TokenFile = "control.token";

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly HttpClient _http;

    private CloudClient(IotState iot, string token)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(iot.CaFile);
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust }, UseProxy = false })
        {
            BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://{iot.Host}:{iot.Port}/_localcloud/")),
            Timeout = AnswerTimeout,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <exception cref="CliException">No <c>local</c> runs, or not in this directory.</exception>
    public static CloudClient Open(string? dataDirectory, CommandContext context, Screen screen)
    {
        var local = new RunningLocals(UserDirectory.Of(context)).Choose(dataDirectory, screen)
            ?? throw CliException.Unavailable(
                dataDirectory is null ? "No `cloudkick local` is running, so there is no cloud to talk to." : $"No `cloudkick local` is running on {Path.GetFullPath(dataDirectory)}.",
                "Start it in another terminal: `cloudkick local`. AWS's own cloud takes no such orders.");
        var file = Path.Combine(LocalSettings.CloudDirectoryIn(local.DataDirectory), TokenFile);
        return File.Exists(file) && File.Exists(local.Iot.CaFile)
            ? new CloudClient(local.Iot, File.ReadAllText(file).Trim())
            : throw CliException.Unavailable($"{file} or {local.Iot.CaFile} is gone, and with it the way into the running `cloudkick local`.", "Stop it and start it again.");
    }

    public Task<CloudStatus> StatusAsync(string? clients, CancellationToken cancellationToken) =>
        SendAsync<CloudStatus>(HttpMethod.Get, clients is null ? "status" : $"status?clients={Uri.EscapeDataString(clients)}", null, cancellationToken);

    public Task<FaultView> OrderAsync(FaultOrder order, CancellationToken cancellationToken) =>
        SendAsync<FaultView>(HttpMethod.Post, "faults", order, cancellationToken);

    public async Task<int> ThawAsync(string clients, CancellationToken cancellationToken) =>
        (await SendAsync<Thawed>(HttpMethod.Post, "thaw", new ThawOrder(clients), cancellationToken)).Connections;

    /// <param name="id">The fault to withdraw; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ResetAsync(int? id, CancellationToken cancellationToken)
    {
        using var answer = await AnswerAsync(HttpMethod.Delete, id is { } number ? string.Create(CultureInfo.InvariantCulture, $"faults/{number}") : "faults", null, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var answer = await AnswerAsync(method, path, body, cancellationToken);
        return await answer.Content.ReadFromJsonAsync<T>(Json, cancellationToken) ?? throw NotOurs();
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer;
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json) };
            answer = await _http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException unreachable)
        {
            throw CliException.Unavailable($"The cloud at {_http.BaseAddress} does not answer: {unreachable.Message}", "Is `cloudkick local` stopping? Start it again.");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw CliException.Unavailable(string.Create(CultureInfo.InvariantCulture, $"The cloud at {_http.BaseAddress} did not answer within {AnswerTimeout.TotalSeconds:0} s."));
        }
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await ProblemAsync(answer, cancellationToken);
    }

    private async Task<CliException> ProblemAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            var problem = await answer.Content.ReadFromJsonAsync<CloudProblem>(Json, cancellationToken);
            return new CliException(
                answer.StatusCode switch { HttpStatusCode.BadRequest => ExitCode.Usage, HttpStatusCode.Conflict => ExitCode.Failed, _ => ExitCode.Refused },
                problem?.Message ?? $"The cloud answered {(int)answer.StatusCode}.");
        }
        catch (JsonException)
        {
            return NotOurs();
        }
    }

    private CliException NotOurs() => new(ExitCode.Failed, $"What answers at {_http.BaseAddress} is not this release's LocalCloud.", "Stop `cloudkick local` and start it again.");
}
