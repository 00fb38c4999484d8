using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>Where the account's data endpoint is (<c>GET /endpoint</c>); it never changes. Needs <c>iot:DescribeEndpoint</c>.</summary>
public sealed class DescribeEndpointRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<DescribeEndpointRequest, DescribeEndpointResponse> Operation = new(
        AmazonIoTConfig.Model, "DescribeEndpoint", "GET", "/endpoint",
        new Input<DescribeEndpointRequest>()
            .Query("endpointType", r => r.EndpointType),
        new Output<DescribeEndpointResponse>()
            .String("endpointAddress", (r, value) => r.EndpointAddress = value));

    /// <summary>
    /// <c>iot:Data-ATS</c>, <c>iot:CredentialProvider</c> or <c>iot:Jobs</c>. Always say <c>iot:Data-ATS</c>: without it AWS may tell the legacy endpoint, whose root
    /// clients no longer trust.
    /// </summary>
    public string? EndpointType { get; set; }
}

/// <summary>An endpoint.</summary>
public sealed class DescribeEndpointResponse : AmazonWebServiceResponse
{
    /// <summary>A host name: <c>…-ats.iot.eu-central-1.amazonaws.com</c>.</summary>
    public string? EndpointAddress { get; set; }
}
