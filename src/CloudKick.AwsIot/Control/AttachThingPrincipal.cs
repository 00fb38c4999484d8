using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>Says that a certificate is a thing's (<c>PUT /things/{thingName}/principals</c>). Needs <c>iot:AttachThingPrincipal</c>.</summary>
public sealed class AttachThingPrincipalRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<AttachThingPrincipalRequest, AttachThingPrincipalResponse> Operation = new(
        AmazonIoTConfig.Model, "AttachThingPrincipal", "PUT", "/things/{thingName}/principals",
        new Input<AttachThingPrincipalRequest>()
            .Path("thingName", r => r.ThingName)
            .Header("principal", "x-amzn-principal", r => r.Principal)
            .Query("thingPrincipalType", r => r.ThingPrincipalType),
        new());

    /// <summary>Required.</summary>
    public string? ThingName { get; set; }

    /// <summary>Required: the certificate's ARN.</summary>
    public string? Principal { get; set; }

    /// <summary>Whether it may be other things' too. Default: it may.</summary>
    public ThingPrincipalType? ThingPrincipalType { get; set; }
}

/// <summary>The certificate is the thing's.</summary>
public sealed class AttachThingPrincipalResponse : AmazonWebServiceResponse;
