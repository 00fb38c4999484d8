namespace CloudKick.LocalCloud;

/// <summary>Somebody who may sign requests to LocalCloud, as an IAM user or role does for AWS.</summary>
/// <param name="Name">In the identity's ARN and in logs, e.g. <c>operator</c>.</param>
/// <param name="AccessKeyId">Names the identity in a signature. LocalCloud's own are 20 capitals and digits.</param>
/// <param name="SecretAccessKey">Signs. A secret.</param>
/// <param name="SessionToken">Of temporary credentials, such as a task role's; every request must carry it. A secret.</param>
/// <param name="PolicyDocument">An IAM policy document that says what the identity may do; null allows everything.</param>
public sealed record CloudIdentity(string Name, string AccessKeyId, string SecretAccessKey, string? SessionToken = null, string? PolicyDocument = null)
{
    /// <summary>The record without its secrets, so that one written to a log by accident gives nothing away.</summary>
    public override string ToString() => $"{nameof(CloudIdentity)} {Name} {AccessKeyId}";
}
