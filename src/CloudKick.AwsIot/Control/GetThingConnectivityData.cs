using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>
/// Whether a thing is connected, from the fleet index (<c>POST /things/{thingName}/connectivity-data</c>), which must index connectivity. Needs
/// <c>iot:GetThingConnectivityData</c>.
/// </summary>
public sealed class GetThingConnectivityDataRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<GetThingConnectivityDataRequest, GetThingConnectivityDataResponse> Operation = new(
        AmazonIoTConfig.Model, "GetThingConnectivityData", "POST", "/things/{thingName}/connectivity-data",
        new Input<GetThingConnectivityDataRequest>()
            .Path("thingName", r => r.ThingName)
            .Body("includeSocketInformation", r => r.IncludeSocketInformation),
        new Output<GetThingConnectivityDataResponse>()
            .String("thingName", (r, value) => r.ThingName = value)
            .Boolean("connected", (r, value) => r.Connected = value)
            .Timestamp("timestamp", (r, value) => r.Timestamp = value)
            .String("disconnectReason", (r, value) => r.DisconnectReason = value)
            .String("sourceIp", (r, value) => r.SourceIp = value)
            .Integer("sourcePort", (r, value) => r.SourcePort = value)
            .String("targetIp", (r, value) => r.TargetIp = value)
            .Integer("targetPort", (r, value) => r.TargetPort = value)
            .String("vpcEndpointId", (r, value) => r.VpcEndpointId = value)
            .Integer("keepAliveDuration", (r, value) => r.KeepAliveDuration = value)
            .Boolean("cleanSession", (r, value) => r.CleanSession = value)
            .Long("sessionExpiry", (r, value) => r.SessionExpiry = value)
            .String("clientId", (r, value) => r.ClientId = value));

    /// <summary>Required.</summary>
    public string? ThingName { get; set; }

    /// <summary>Whether to tell addresses and ports too. Default false.</summary>
    public bool? IncludeSocketInformation { get; set; }
}

/// <summary>What the index knows of a thing's connection; what it does not tell is null. A thing that was never seen is not connected.</summary>
public sealed class GetThingConnectivityDataResponse : AmazonWebServiceResponse
{
    /// <summary>The thing.</summary>
    public string? ThingName { get; set; }

    /// <summary>Whether it is connected.</summary>
    public bool? Connected { get; set; }

    /// <summary>When it connected or was disconnected, UTC; may vanish after an hour.</summary>
    public DateTime? Timestamp { get; set; }

    /// <summary>Why it was disconnected, as in AWS's lifecycle events.</summary>
    public string? DisconnectReason { get; set; }

    /// <summary>Where it connects from.</summary>
    public string? SourceIp { get; set; }

    /// <summary>Its port.</summary>
    public int? SourcePort { get; set; }

    /// <summary>Where at AWS it is connected to.</summary>
    public string? TargetIp { get; set; }

    /// <summary>The port there.</summary>
    public int? TargetPort { get; set; }

    /// <summary>The VPC endpoint that it came through.</summary>
    public string? VpcEndpointId { get; set; }

    /// <summary>Its keep-alive in seconds.</summary>
    public int? KeepAliveDuration { get; set; }

    /// <summary>Whether its session ends with the connection.</summary>
    public bool? CleanSession { get; set; }

    /// <summary>For how many seconds after a disconnect the session is kept.</summary>
    public long? SessionExpiry { get; set; }

    /// <summary>Its MQTT client id.</summary>
    public string? ClientId { get; set; }
}
