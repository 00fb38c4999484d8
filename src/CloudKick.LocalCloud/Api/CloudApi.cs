using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CloudKick.LocalCloud;

/// <summary>
/// The HTTPS API's place: calls will be routed here. Whatever is not served answers as AWS's data endpoint does, in JSON
/// with a request id and an error type.
/// </summary>
internal static class CloudApi
{
    public static void MapCloudApi(this WebApplication app) => app.Run(context =>
        IsIdentified(context)
            ? WriteErrorAsync(context, StatusCodes.Status404NotFound, "ResourceNotFoundException", $"No such operation: {context.Request.Method} {context.Request.Path}")
            : WriteErrorAsync(context, StatusCodes.Status403Forbidden, "ForbiddenException", "Missing Authentication Token"));

    /// <summary>By a device's certificate, or by a SigV4 signature: whether that signature is right is for the call to say.</summary>
    private static bool IsIdentified(HttpContext context) =>
        context.Features.Get<Device>() is not null || context.Request.Headers.Authorization.Count > 0;

    private static Task WriteErrorAsync(HttpContext context, int status, string type, string message)
    {
        string requestId = Guid.NewGuid().ToString();
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.Headers["x-amzn-RequestId"] = requestId;
        response.Headers["x-amzn-ErrorType"] = $"{type}:"; // the colon is AWS's
        return JsonSerializer.SerializeAsync(
            response.Body, new CloudError(message, requestId), CloudErrorJson.Default.CloudError, context.RequestAborted);
    }
}

internal sealed record CloudError(string Message, string TraceId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CloudError))]
internal sealed partial class CloudErrorJson : JsonSerializerContext;
