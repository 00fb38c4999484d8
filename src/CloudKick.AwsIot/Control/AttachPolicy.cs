using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>Lets a certificate do what a policy allows (<c>PUT /target-policies/{policyName}</c>). Needs <c>iot:AttachPolicy</c>.</summary>
public sealed class AttachPolicyRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<AttachPolicyRequest, AttachPolicyResponse> Operation = new(
        AmazonIoTConfig.Model, "AttachPolicy", "PUT", "/target-policies/{policyName}",
        new Input<AttachPolicyRequest>()
            .Path("policyName", r => r.PolicyName)
            .Body("target", r => r.Target),
        new());

    /// <summary>Required.</summary>
    public string? PolicyName { get; set; }

    /// <summary>Required: a certificate's ARN, a thing group's, or a Cognito identity.</summary>
    public string? Target { get; set; }
}

/// <summary>The policy holds for the target, within minutes.</summary>
public sealed class AttachPolicyResponse : AmazonWebServiceResponse;
