using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>Carries a provisioning template out: thing, certificate, policy in one go (<c>POST /things</c>). Needs <c>iot:RegisterThing</c>.</summary>
public sealed class RegisterThingRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<RegisterThingRequest, RegisterThingResponse> Operation = new(
        AmazonIoTConfig.Model, "RegisterThing", "POST", "/things",
        new Input<RegisterThingRequest>()
            .Body("templateBody", r => r.TemplateBody)
            .Body("parameters", r => r.Parameters),
        new Output<RegisterThingResponse>()
            .String("certificatePem", (r, value) => r.CertificatePem = value)
            .Map("resourceArns", (r, value) => r.ResourceArns = value));

    /// <summary>Required: JSON, at most 10,240 characters.</summary>
    public string? TemplateBody { get; set; }

    /// <summary>What the template leaves open.</summary>
    public Dictionary<string, string>? Parameters { get; set; }
}

/// <summary>What the template made.</summary>
public sealed class RegisterThingResponse : AmazonWebServiceResponse
{
    /// <summary>PEM, if a certificate was made.</summary>
    public string? CertificatePem { get; set; }

    /// <summary>ARNs by the template's names of resources.</summary>
    public Dictionary<string, string> ResourceArns { get; set; } = [];
}
