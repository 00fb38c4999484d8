using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

/// <summary>
/// AWS's HTTPS APIs on LocalCloud's port: finds the operation, learns who calls, and answers errors as AWS does. Paths are
/// taken as they came over the wire, because a topic's slashes come percent-encoded.
/// </summary>
internal sealed class CloudApi(
    IReadOnlyList<ApiOperation> operations, SignedCallers callers, MqttOverWebSockets webSockets, BrokerLimits limits, ILogger logger)
{
    private static readonly string[] DataServices = ["iotdata", "iotdevicegateway"];
    private static readonly string[] ControlServices = ["iot", "execute-api"];

    public async Task HandleAsync(HttpContext context)
    {
        string requestId = Guid.NewGuid().ToString();
        var plane = ApiPlane.Data;
        try
        {
            var (path, query) = SplitTarget(context);
            string[] segments = path.TrimStart('/').Split('/');
            var found = operations.Where(operation => operation.Match(segments) is not null).ToArray();
            var operation = found.FirstOrDefault(operation => operation.Method == context.Request.Method);
            if (found.Length > 0) plane = found[0].Plane;

            var request = await ReadAsync(context, path, query);
            if (path == MqttOverWebSockets.Path && context.WebSockets.IsWebSocketRequest)
            {
                await webSockets.HandleAsync(context, request);
                return;
            }
            var caller = Identify(context, request, plane);
            if (operation is null) throw new ApiException(NoSuchOperation(context, path, known: found.Length > 0));

            await operation.HandleAsync(new ApiCall(context, requestId, request, caller, plane, operation.Match(segments)!));
        }
        catch (ApiException exception)
        {
            await RefuseAsync(exception.Error);
        }
        catch (RegistryException exception)
        {
            await RefuseAsync(exception.ToApiError());
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to be answered.
        }
        catch (Exception exception) // the call's boundary: one call's failure must not be another's
        {
            ApiLog.Failed(logger, context.Request.Method, exception);
            if (!context.Response.HasStarted) await ApiCall.RefuseAsync(context, requestId, plane, ApiError.InternalFailure());
        }

        Task RefuseAsync(ApiError error)
        {
            ApiLog.Refused(logger, context.Request.Method, error.Status, error.Type, error.Message ?? "");
            return ApiCall.RefuseAsync(context, requestId, plane, error);
        }
    }

    private static (string Path, string Query) SplitTarget(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int question = target.IndexOf('?');
        return question < 0 ? (target, "") : (target[..question], target[(question + 1)..]);
    }

    /// <summary>
    /// Signatures cover the body, so it is read before anything is known of its sender; never more is kept than a message may
    /// have. A body that is not much longer is read to its end all the same: a caller that still writes hears no answer.
    /// </summary>
    private async Task<SignedRequest> ReadAsync(HttpContext context, string path, string query)
    {
        var tooLarge = ApiError.TooLarge($"The payload exceeds the maximum size allowed, {limits.MaximumPayload} bytes.");
        using var body = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, limits.MaximumPayload));
        try
        {
            var reader = context.Request.BodyReader;
            while (true)
            {
                var read = await reader.ReadAsync(context.RequestAborted);
                if (body.Length <= limits.MaximumPayload)
                    foreach (var segment in read.Buffer) body.Write(segment.Span[..(int)Math.Min(segment.Length, limits.MaximumPayload + 1 - body.Length)]);
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new ApiException(tooLarge);
        }
        if (body.Length > limits.MaximumPayload) throw new ApiException(tooLarge);
        return new SignedRequest(
            context.Request.Method, path, query, name => context.Request.Headers.TryGetValue(name, out var values) ? string.Join(',', values.ToArray()) : null,
            body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    private Device Identify(HttpContext context, SignedRequest request, ApiPlane plane)
    {
        if (SignatureClaim.IsMadeBy(request))
        {
            try
            {
                return callers.Identify(context, request, plane == ApiPlane.Data ? DataServices : ControlServices);
            }
            catch (ApiException exception) when (plane == ApiPlane.Data)
            {
                // The data endpoint has one name for all of these.
                throw new ApiException(exception.Error with { Type = ApiError.Forbidden.Type });
            }
        }
        // Certificates are for the data endpoint only.
        if (plane == ApiPlane.Data && context.Features.Get<Device>() is { } device) return device;
        throw new ApiException(new ApiError(
            StatusCodes.Status403Forbidden, plane == ApiPlane.Data ? ApiError.Forbidden.Type : "MissingAuthenticationTokenException", "Missing Authentication Token"));
    }

    private static ApiError NoSuchOperation(HttpContext context, string path, bool known) => known
        ? new ApiError(StatusCodes.Status405MethodNotAllowed, "MethodNotAllowedException", $"{context.Request.Method} is not allowed here.")
        : ApiError.NotFound($"No such operation: {context.Request.Method} {path}");
}
