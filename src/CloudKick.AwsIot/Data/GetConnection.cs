using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Data;

/// <summary>Asks whether a client is connected (<c>GET /connections/{clientId}</c>). Needs <c>iot:GetConnection</c>.</summary>
public sealed class GetConnectionRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<GetConnectionRequest, GetConnectionResponse> Operation = new(
        AmazonIotDataConfig.Model, "GetConnection", "GET", "/connections/{clientId}",
        new Input<GetConnectionRequest>()
            .Path("clientId", r => r.ClientId)
            .Query("includeSocketInformation", r => r.IncludeSocketInformation),
        new Output<GetConnectionResponse>()
            .Boolean("connected", (r, value) => r.Connected = value)
            .String("thingName", (r, value) => r.ThingName = value)
            .Boolean("cleanSession", (r, value) => r.CleanSession = value)
            .String("sourceIp", (r, value) => r.SourceIp = value)
            .Integer("sourcePort", (r, value) => r.SourcePort = value)
            .String("targetIp", (r, value) => r.TargetIp = value)
            .Integer("targetPort", (r, value) => r.TargetPort = value)
            .Integer("keepAliveDuration", (r, value) => r.KeepAliveDuration = value)
            .Long("connectedSince", (r, value) => r.ConnectedSince = value)
            .Long("disconnectedSince", (r, value) => r.DisconnectedSince = value)
            .String("disconnectReason", (r, value) => r.DisconnectReason = value)
            .Long("sessionExpiry", (r, value) => r.SessionExpiry = value)
            .String("clientId", (r, value) => r.ClientId = value)
            .String("vpcEndpointId", (r, value) => r.VpcEndpointId = value));

    /// <summary>Required: the MQTT client id.</summary>
    public string? ClientId { get; set; }

    /// <summary>Whether to tell addresses and ports too. Default false.</summary>
    public bool? IncludeSocketInformation { get; set; }
}

/// <summary>What AWS knows of a client's connection; what it does not tell is null.</summary>
public sealed class GetConnectionResponse : AmazonWebServiceResponse
{
    /// <summary>Whether it is connected now.</summary>
    public bool? Connected { get; set; }

    /// <summary>The thing that its certificate belongs to.</summary>
    public string? ThingName { get; set; }

    /// <summary>Whether its session ends with the connection.</summary>
    public bool? CleanSession { get; set; }

    /// <summary>Where it connects from.</summary>
    public string? SourceIp { get; set; }

    /// <summary>Its port.</summary>
    public int? SourcePort { get; set; }

    /// <summary>Where at AWS it is connected to.</summary>
    public string? TargetIp { get; set; }

    /// <summary>The port there.</summary>
    public int? TargetPort { get; set; }

    /// <summary>Its keep-alive in seconds.</summary>
    public int? KeepAliveDuration { get; set; }

    /// <summary>When it connected, in milliseconds since 1970.</summary>
    public long? ConnectedSince { get; set; }

    /// <summary>When it was disconnected, in milliseconds since 1970; known for 30 minutes.</summary>
    public long? DisconnectedSince { get; set; }

    /// <summary>Why it was, as in AWS's lifecycle events: <c>CONNECTION_LOST</c>, <c>DUPLICATE_CLIENTID</c> ….</summary>
    public string? DisconnectReason { get; set; }

    /// <summary>For how many seconds after a disconnect the session is kept.</summary>
    public long? SessionExpiry { get; set; }

    /// <summary>The client asked about.</summary>
    public string? ClientId { get; set; }

    /// <summary>The VPC endpoint that it came through.</summary>
    public string? VpcEndpointId { get; set; }
}
