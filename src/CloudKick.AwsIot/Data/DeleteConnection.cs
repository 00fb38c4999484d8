using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Data;

/// <summary>Disconnects a client (<c>DELETE /connections/{clientId}</c>); it may connect again at once. Needs <c>iot:DeleteConnection</c>.</summary>
public sealed class DeleteConnectionRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<DeleteConnectionRequest, DeleteConnectionResponse> Operation = new(
        AmazonIotDataConfig.Model, "DeleteConnection", "DELETE", "/connections/{clientId}",
        new Input<DeleteConnectionRequest>()
            .Path("clientId", r => r.ClientId)
            .Query("cleanSession", r => r.CleanSession)
            .Query("preventWillMessage", r => r.PreventWillMessage),
        new());

    /// <summary>Required: the MQTT client id.</summary>
    public string? ClientId { get; set; }

    /// <summary>Whether to end its persistent session too, with what is stored for it. Default false.</summary>
    public bool? CleanSession { get; set; }

    /// <summary>Whether to keep its will from being published. Default false.</summary>
    public bool? PreventWillMessage { get; set; }
}

/// <summary>The client is disconnected.</summary>
public sealed class DeleteConnectionResponse : AmazonWebServiceResponse;
