using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>A page of a certificate's things (<c>GET /principals/things</c>). Needs <c>iot:ListPrincipalThings</c>.</summary>
public sealed class ListPrincipalThingsRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<ListPrincipalThingsRequest, ListPrincipalThingsResponse> Operation = new(
        AmazonIoTConfig.Model, "ListPrincipalThings", "GET", "/principals/things",
        new Input<ListPrincipalThingsRequest>()
            .Header("principal", "x-amzn-principal", r => r.Principal)
            .Query("nextToken", r => r.NextToken)
            .Query("maxResults", r => r.MaxResults),
        new Output<ListPrincipalThingsResponse>()
            .Strings("things", (r, value) => r.Things = value)
            .String("nextToken", (r, value) => r.NextToken = value));

    /// <summary>Required: the certificate's ARN.</summary>
    public string? Principal { get; set; }

    /// <summary>From the page before; null: the first page.</summary>
    public string? NextToken { get; set; }

    /// <summary>Things on a page, 1 to 250.</summary>
    public int? MaxResults { get; set; }
}

/// <summary>A page of things.</summary>
public sealed class ListPrincipalThingsResponse : AmazonWebServiceResponse
{
    /// <summary>Their names.</summary>
    public List<string> Things { get; set; } = [];

    /// <summary>For the next page; null: there is none.</summary>
    public string? NextToken { get; set; }
}
