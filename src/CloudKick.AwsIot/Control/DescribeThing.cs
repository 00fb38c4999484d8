using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>What AWS knows of a thing (<c>GET /things/{thingName}</c>). Needs <c>iot:DescribeThing</c>.</summary>
public sealed class DescribeThingRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<DescribeThingRequest, DescribeThingResponse> Operation = new(
        AmazonIoTConfig.Model, "DescribeThing", "GET", "/things/{thingName}",
        new Input<DescribeThingRequest>()
            .Path("thingName", r => r.ThingName),
        new Output<DescribeThingResponse>()
            .String("defaultClientId", (r, value) => r.DefaultClientId = value)
            .String("thingName", (r, value) => r.ThingName = value)
            .String("thingId", (r, value) => r.ThingId = value)
            .String("thingArn", (r, value) => r.ThingArn = value)
            .String("thingTypeName", (r, value) => r.ThingTypeName = value)
            .Map("attributes", (r, value) => r.Attributes = value)
            .Long("version", (r, value) => r.Version = value)
            .String("billingGroupName", (r, value) => r.BillingGroupName = value));

    /// <summary>Required.</summary>
    public string? ThingName { get; set; }
}

/// <summary>A thing.</summary>
public sealed class DescribeThingResponse : AmazonWebServiceResponse
{
    /// <summary>The MQTT client id that AWS expects of it: its name.</summary>
    public string? DefaultClientId { get; set; }

    /// <summary>Its name.</summary>
    public string? ThingName { get; set; }

    /// <summary>Its id.</summary>
    public string? ThingId { get; set; }

    /// <summary>For policies.</summary>
    public string? ThingArn { get; set; }

    /// <summary>Its type; null: none.</summary>
    public string? ThingTypeName { get; set; }

    /// <summary>Its attributes.</summary>
    public Dictionary<string, string> Attributes { get; set; } = [];

    /// <summary>Rises with each change.</summary>
    public long? Version { get; set; }

    /// <summary>What its cost is booked on.</summary>
    public string? BillingGroupName { get; set; }
}
