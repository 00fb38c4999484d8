using Amazon.Runtime.Internal;

namespace CloudKick.AwsIot.Protocol;

/// <summary>What the operations of one AWS service have in common.</summary>
internal sealed class ServiceModel : IServiceMetadata
{
    private static readonly Dictionary<string, string> NoMapping = [];

    /// <summary>AWS's id of the service, such as <c>IoT Data Plane</c>; names its endpoint settings (<c>AWS_ENDPOINT_URL_IOT_DATA_PLANE</c>).</summary>
    public required string ServiceId { get; init; }

    /// <summary>The date that is the API's version.</summary>
    public required string Version { get; init; }

    /// <summary>The service's name in signatures.</summary>
    public required string SigningName { get; init; }

    /// <summary>Where the service is in each region.</summary>
    public required EndpointRules Endpoints { get; init; }

    /// <summary>The errors that it tells.</summary>
    public required ServiceErrors Errors { get; init; }

    /// <summary>Of AWS JSON 1.0: what comes before the operation in <c>X-Amz-Target</c>. Null: the service is REST.</summary>
    public string? TargetPrefix { get; init; }

    /// <inheritdoc/>
    public IDictionary<string, string> OperationNameMapping => NoMapping;
}
