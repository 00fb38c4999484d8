using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>
/// Registers a thing (<c>POST /things/{thingName}</c>); one that is there already with the same type and attributes is no error. Needs
/// <c>iot:CreateThing</c>.
/// </summary>
public sealed class CreateThingRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<CreateThingRequest, CreateThingResponse> Operation = new(
        AmazonIoTConfig.Model, "CreateThing", "POST", "/things/{thingName}",
        new Input<CreateThingRequest>()
            .Path("thingName", r => r.ThingName)
            .Body("thingTypeName", r => r.ThingTypeName)
            .Body("attributePayload", r => r.AttributePayload, AttributePayload.Input)
            .Body("billingGroupName", r => r.BillingGroupName),
        new Output<CreateThingResponse>()
            .String("thingName", (r, value) => r.ThingName = value)
            .String("thingArn", (r, value) => r.ThingArn = value)
            .String("thingId", (r, value) => r.ThingId = value));

    /// <summary>Required.</summary>
    public string? ThingName { get; set; }

    /// <summary>Its type, which must be there.</summary>
    public string? ThingTypeName { get; set; }

    /// <summary>Its attributes.</summary>
    public AttributePayload? AttributePayload { get; set; }

    /// <summary>What its cost is booked on.</summary>
    public string? BillingGroupName { get; set; }
}

/// <summary>Attributes of a thing.</summary>
public sealed class AttributePayload
{
    internal static readonly Input<AttributePayload> Input = new Input<AttributePayload>()
        .Body("attributes", p => p.Attributes)
        .Body("merge", p => p.Merge);

    /// <summary>At most 50, three without a thing type.</summary>
    public Dictionary<string, string>? Attributes { get; set; }

    /// <summary>Whether they are added to those that are there, rather than put in their place. For updates.</summary>
    public bool? Merge { get; set; }
}

/// <summary>A registered thing.</summary>
public sealed class CreateThingResponse : AmazonWebServiceResponse
{
    /// <summary>Its name.</summary>
    public string? ThingName { get; set; }

    /// <summary>For policies.</summary>
    public string? ThingArn { get; set; }

    /// <summary>Its id, which stays when the name is used again.</summary>
    public string? ThingId { get; set; }
}
