using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>
/// Says that a certificate no longer is a thing's (<c>DELETE /things/{thingName}/principals</c>); AWS may take some seconds. Needs
/// <c>iot:DetachThingPrincipal</c>.
/// </summary>
public sealed class DetachThingPrincipalRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<DetachThingPrincipalRequest, DetachThingPrincipalResponse> Operation = new(
        AmazonIoTConfig.Model, "DetachThingPrincipal", "DELETE", "/things/{thingName}/principals",
        new Input<DetachThingPrincipalRequest>()
            .Path("thingName", r => r.ThingName)
            .Header("principal", "x-amzn-principal", r => r.Principal),
        new());

    /// <summary>Required.</summary>
    public string? ThingName { get; set; }

    /// <summary>Required: the certificate's ARN.</summary>
    public string? Principal { get; set; }
}

/// <summary>The certificate is, or soon will be, no longer the thing's.</summary>
public sealed class DetachThingPrincipalResponse : AmazonWebServiceResponse;
