namespace CloudKick.LocalCloud;

/// <summary>A refusal in AWS's terms.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Type">The exception that SDKs throw, e.g. <c>ResourceNotFoundException</c>.</param>
/// <param name="Message">For people; null where AWS says nothing.</param>
internal sealed record ApiError(int Status, string Type, string? Message)
{
    /// <summary>What exists already, where that is the fault.</summary>
    public string? ResourceArn { get; init; }

    /// <inheritdoc cref="ResourceArn"/>
    public string? ResourceId { get; init; }

    // AWS says no more to a caller who may not.
    public static readonly ApiError Forbidden = new(403, "ForbiddenException", null);

    public static ApiError InvalidRequest(string message) => new(400, "InvalidRequestException", message);

    public static ApiError NotFound(string message) => new(404, "ResourceNotFoundException", message);

    public static ApiError TooLarge(string message) => new(413, "RequestEntityTooLargeException", message);

    public static ApiError GatewayTimeout(string message) => new(504, "GatewayTimeoutException", message);

    /// <summary>429 on the data endpoint; the control plane says 400.</summary>
    public static ApiError Throttled(ApiPlane plane) => new(plane == ApiPlane.Data ? 429 : 400, "ThrottlingException", "Rate exceeded");

    public static ApiError InternalFailure() => new(500, "InternalFailureException", "An unexpected error has occurred.");
}

/// <summary>Ends a call with an <see cref="ApiError"/>.</summary>
internal sealed class ApiException(ApiError error) : Exception($"{error.Status} {error.Type}: {error.Message}")
{
    public ApiError Error { get; } = error;
}

/// <summary>AWS's two endpoints, which have one port here.</summary>
internal enum ApiPlane
{
    /// <summary><c>PREFIX-ats.iot.REGION.amazonaws.com</c>: <c>iot-data</c>.</summary>
    Data,

    /// <summary><c>iot.REGION.amazonaws.com</c>: <c>iot</c>.</summary>
    Control,
}
