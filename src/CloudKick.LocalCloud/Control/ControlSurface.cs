using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CloudKick.Mqtt;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

/// <summary>
/// <see cref="LocalCloudControl"/> over HTTPS, for programs outside this process: under <c>/_localcloud/</c>, which AWS has no
/// use for, in JSON, for whoever has the bearer token.
/// </summary>
internal sealed class ControlSurface(LocalCloudControl control, ControlToken token, ILogger logger)
{
    public const string Path = "/_localcloud";

    private const int MaximumListed = 200;

    /// <param name="context">A request for an address under <see cref="Path"/>.</param>
    /// <param name="path">What follows it there.</param>
    public async Task HandleAsync(HttpContext context, PathString path)
    {
        if (!token.IsIn(context.Request.Headers.Authorization))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, $"Send 'Authorization: Bearer TOKEN' with what is in {ControlToken.FileName} of LocalCloud's data directory.");
            return;
        }
        try
        {
            await AnswerAsync(context, path.Value?.Trim('/') ?? "");
        }
        catch (ArgumentException exception) when (exception.ParamName == "fault")
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, exception.Message.Replace(" (Parameter 'fault')", "", StringComparison.Ordinal));
        }
        catch (JsonException exception)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, exception.Message);
        }
        catch (BadHttpRequestException exception)
        {
            await RefuseAsync(context, exception.StatusCode, exception.Message);
        }
        catch (InvalidOperationException exception)
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, exception.Message);
        }
    }

    private Task AnswerAsync(HttpContext context, string path) => (context.Request.Method, path.Split('/')) switch
    {
        ("GET", ["status"]) => WriteAsync(context, StatusCodes.Status200OK, Status(context.Request.Query["clients"]), ControlSurfaceJson.Default.StatusView),
        ("POST", ["faults"]) => OrderAsync(context),
        ("DELETE", ["faults"]) => ResetAsync(context),
        ("DELETE", ["faults", var id]) => WithdrawAsync(context, id),
        ("POST", ["thaw"]) => ThawAsync(context),
        _ => RefuseAsync(context, StatusCodes.Status404NotFound, $"There is GET status, POST faults, DELETE faults, DELETE faults/ID and POST thaw under {Path}/, not {context.Request.Method} {path}."),
    };

    private StatusView Status(string? clients)
    {
        string pattern = string.IsNullOrEmpty(clients) ? CloudFault.Everyone : clients;
        string[] connected = [.. control.ConnectedClientIds.Order(StringComparer.Ordinal)];
        return new StatusView(
            connected.Length,
            [.. connected.Where(id => FaultInForce.Matches(pattern, id)).Take(MaximumListed).Select(id => new ClientView(id, control.IsFrozen(id), control.QueuedMessages(id)))],
            [.. control.Faults.Select(View)],
            control.Counters);
    }

    private async Task OrderAsync(HttpContext context)
    {
        var asked = await ReadAsync(context, ControlSurfaceJson.Default.FaultRequest);
        var fault = new CloudFault(asked.Kind ?? throw new JsonException("Say which kind: cut, freeze, delay, drop, refuse or discard."), asked.Clients ?? "")
        {
            Delay = Milliseconds(asked.DelayMilliseconds),
            ReasonCode = (MqttReasonCode?)(asked.ReasonCode is < 0 or > byte.MaxValue ? 0 : asked.ReasonCode),
            FromClients = asked.FromClients,
            Count = asked.Count,
            Duration = Milliseconds(asked.DurationMilliseconds),
        };
        var ordered = control.Order(fault);
        ControlLog.FaultOrdered(logger, ordered.Id, fault.Kind, fault.Clients);
        await WriteAsync(context, StatusCodes.Status201Created, View(ordered), ControlSurfaceJson.Default.FaultView);
    }

    private Task ResetAsync(HttpContext context)
    {
        control.Reset();
        ControlLog.FaultsReset(logger);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task WithdrawAsync(HttpContext context, string id)
    {
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || !control.Withdraw(number))
            return RefuseAsync(context, StatusCodes.Status404NotFound, $"No fault {id} is in force.");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task ThawAsync(HttpContext context)
    {
        var asked = await ReadAsync(context, ControlSurfaceJson.Default.ThawRequest);
        await WriteAsync(context, StatusCodes.Status200OK, new Thawed(control.Thaw(asked.Clients ?? CloudFault.Everyone)), ControlSurfaceJson.Default.Thawed);
    }

    private static FaultView View(OrderedFault ordered) => new(ordered.Id, ordered.Fault.Kind, ordered.Fault.Clients, ordered.Struck)
    {
        DelayMilliseconds = (long?)ordered.Fault.Delay?.TotalMilliseconds,
        ReasonCode = ordered.Fault.Kind == CloudFaultKind.Refuse ? (int)(ordered.Fault.ReasonCode ?? CloudFault.DefaultReason) : null,
        FromClients = ordered.Fault.Kind == CloudFaultKind.Discard ? ordered.Fault.FromClients : null,
        Count = ordered.Fault.Count,
        EndsAt = ordered.EndsAt,
    };

    // What is longer than any that is taken stays so.
    private static TimeSpan? Milliseconds(long? value) => value is { } number ? TimeSpan.FromMilliseconds(Math.Clamp(number, -1, int.MaxValue)) : null;

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) where T : notnull =>
        await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted) ?? throw new JsonException("The body is null.");

    private static Task RefuseAsync(HttpContext context, int status, string message) =>
        WriteAsync(context, status, new ControlProblem(message), ControlSurfaceJson.Default.ControlProblem);

    private static async Task WriteAsync<T>(HttpContext context, int status, T answer, JsonTypeInfo<T> type)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
