using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>Takes a policy from a certificate (<c>POST /target-policies/{policyName}</c>). Needs <c>iot:DetachPolicy</c>.</summary>
public sealed class DetachPolicyRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<DetachPolicyRequest, DetachPolicyResponse> Operation = new(
        AmazonIoTConfig.Model, "DetachPolicy", "POST", "/target-policies/{policyName}",
        new Input<DetachPolicyRequest>()
            .Path("policyName", r => r.PolicyName)
            .Body("target", r => r.Target),
        new());

    /// <summary>Required.</summary>
    public string? PolicyName { get; set; }

    /// <summary>Required: a certificate's ARN, a thing group's, or a Cognito identity.</summary>
    public string? Target { get; set; }
}

/// <summary>The policy no longer holds for the target, within minutes.</summary>
public sealed class DetachPolicyResponse : AmazonWebServiceResponse;
