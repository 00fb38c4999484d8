using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>A policy as its default version says it (<c>GET /policies/{policyName}</c>). Needs <c>iot:GetPolicy</c>.</summary>
public sealed class GetPolicyRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<GetPolicyRequest, GetPolicyResponse> Operation = new(
        AmazonIoTConfig.Model, "GetPolicy", "GET", "/policies/{policyName}",
        new Input<GetPolicyRequest>()
            .Path("policyName", r => r.PolicyName),
        new Output<GetPolicyResponse>()
            .String("policyName", (r, value) => r.PolicyName = value)
            .String("policyArn", (r, value) => r.PolicyArn = value)
            .String("policyDocument", (r, value) => r.PolicyDocument = value)
            .String("defaultVersionId", (r, value) => r.DefaultVersionId = value)
            .Timestamp("creationDate", (r, value) => r.CreationDate = value)
            .Timestamp("lastModifiedDate", (r, value) => r.LastModifiedDate = value)
            .String("generationId", (r, value) => r.GenerationId = value));

    /// <summary>Required.</summary>
    public string? PolicyName { get; set; }
}

/// <summary>A policy. Times are UTC.</summary>
public sealed class GetPolicyResponse : AmazonWebServiceResponse
{
    /// <summary>Its name.</summary>
    public string? PolicyName { get; set; }

    /// <summary>Its ARN.</summary>
    public string? PolicyArn { get; set; }

    /// <summary>JSON.</summary>
    public string? PolicyDocument { get; set; }

    /// <summary>The version that holds.</summary>
    public string? DefaultVersionId { get; set; }

    /// <summary>Since when it is there.</summary>
    public DateTime? CreationDate { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTime? LastModifiedDate { get; set; }

    /// <summary>Of this registration.</summary>
    public string? GenerationId { get; set; }
}
