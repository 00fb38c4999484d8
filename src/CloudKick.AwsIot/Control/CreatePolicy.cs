using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>Makes a policy (<c>POST /policies/{policyName}</c>). Needs <c>iot:CreatePolicy</c>.</summary>
public sealed class CreatePolicyRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<CreatePolicyRequest, CreatePolicyResponse> Operation = new(
        AmazonIoTConfig.Model, "CreatePolicy", "POST", "/policies/{policyName}",
        new Input<CreatePolicyRequest>()
            .Path("policyName", r => r.PolicyName)
            .Body("policyDocument", r => r.PolicyDocument)
            .Body("tags", r => r.Tags, Tag.Input),
        new Output<CreatePolicyResponse>()
            .String("policyName", (r, value) => r.PolicyName = value)
            .String("policyArn", (r, value) => r.PolicyArn = value)
            .String("policyDocument", (r, value) => r.PolicyDocument = value)
            .String("policyVersionId", (r, value) => r.PolicyVersionId = value));

    /// <summary>Required.</summary>
    public string? PolicyName { get; set; }

    /// <summary>Required: JSON, at most 2048 characters that are not white space.</summary>
    public string? PolicyDocument { get; set; }

    /// <summary>At most 50.</summary>
    public List<Tag>? Tags { get; set; }
}

/// <summary>A tag.</summary>
public sealed class Tag
{
    internal static readonly Input<Tag> Input = new Input<Tag>()
        .Body("Key", t => t.Key)
        .Body("Value", t => t.Value);

    /// <summary>Required.</summary>
    public string? Key { get; set; }

    /// <summary>May be empty.</summary>
    public string? Value { get; set; }
}

/// <summary>A policy.</summary>
public sealed class CreatePolicyResponse : AmazonWebServiceResponse
{
    /// <summary>Its name.</summary>
    public string? PolicyName { get; set; }

    /// <summary>Its ARN.</summary>
    public string? PolicyArn { get; set; }

    /// <summary>JSON.</summary>
    public string? PolicyDocument { get; set; }

    /// <summary><c>1</c>.</summary>
    public string? PolicyVersionId { get; set; }
}
