namespace CloudKick.LocalCloud;

/// <summary>
/// The IoT policy documents (JSON) of certificates that LocalCloud registers by itself, when a device that its authority
/// signed first connects. Null is the document that Terraform renders.
/// </summary>
public sealed record LocalCloudPolicies
{
    /// <summary>Everything is allowed to everybody: for tests of something else than policies.</summary>
    public static readonly LocalCloudPolicies AllowEverything = new() { Terminal = Everything, Relay = Everything, Claim = Everything };

    private const string Everything = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}}""";

    /// <summary>For terminals: every certificate whose common name is a thing's name and neither of the next two. Policy <c>cloudkick-terminal</c>.</summary>
    public string? Terminal { get; init; }

    /// <summary>For certificates with the common name <c>relay</c>. Policy <c>cloudkick-relay</c>.</summary>
    public string? Relay { get; init; }

    /// <summary>For certificates with the common name <c>claim</c>. Policy <c>cloudkick-claim</c>.</summary>
    public string? Claim { get; init; }
}
