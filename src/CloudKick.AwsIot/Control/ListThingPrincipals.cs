using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>A page of a thing's certificates (<c>GET /things/{thingName}/principals</c>). Needs <c>iot:ListThingPrincipals</c>.</summary>
public sealed class ListThingPrincipalsRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<ListThingPrincipalsRequest, ListThingPrincipalsResponse> Operation = new(
        AmazonIoTConfig.Model, "ListThingPrincipals", "GET", "/things/{thingName}/principals",
        new Input<ListThingPrincipalsRequest>()
            .Path("thingName", r => r.ThingName)
            .Query("nextToken", r => r.NextToken)
            .Query("maxResults", r => r.MaxResults),
        new Output<ListThingPrincipalsResponse>()
            .Strings("principals", (r, value) => r.Principals = value)
            .String("nextToken", (r, value) => r.NextToken = value));

    /// <summary>Required.</summary>
    public string? ThingName { get; set; }

    /// <summary>From the page before; null: the first page.</summary>
    public string? NextToken { get; set; }

    /// <summary>Certificates on a page, 1 to 250.</summary>
    public int? MaxResults { get; set; }
}

/// <summary>A page of certificates.</summary>
public sealed class ListThingPrincipalsResponse : AmazonWebServiceResponse
{
    /// <summary>Their ARNs.</summary>
    public List<string> Principals { get; set; } = [];

    /// <summary>For the next page; null: there is none.</summary>
    public string? NextToken { get; set; }
}
