using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using CloudKick.AwsIot.Control;

namespace CloudKick.Cli.Doctor.Cloud;

/// <summary>Which credentials the SDK finds, and where. Shows the key's id, never a secret.</summary>
internal sealed class CredentialsCheck(AmazonIoTConfig config, string? profile, string? credentialsFile)
{
    public const string Name = "credentials";
    public const string WhenSilent = "The last place to look is the instance's metadata service, which does not answer: set credentials by environment or profile.";

    // The chain's own, which the SDK keeps to itself.
    private const string DefaultInstanceProfile = "DefaultInstanceProfileAWSCredentials";

    private const string NoneFix =
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE after `aws sso login`, or --profile and --credentials-file. In a container: the task's role (terraform/modules/relay).";

    /// <summary>What was found; null until <see cref="LookAsync"/> held.</summary>
    public AWSCredentials? Found { get; private set; }

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The metadata service may keep the chain waiting without looking at a token.
            var found = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(config).WaitAsync(cancellationToken);
            var keys = await found.GetCredentialsAsync().WaitAsync(cancellationToken);
            Found = found;
            return Finding.Ok(Name, $"Access key {keys.AccessKey}{(keys.UseToken ? " (temporary)" : "")}, from {SourceOf(found)}");
        }
        catch (Exception none) when (none is AmazonClientException or InvalidOperationException or IOException or HttpRequestException)
        {
            return Finding.Failed(Name, $"None can be had: {none.Message}", NoneFix);
        }
    }

    private string SourceOf(AWSCredentials credentials) => credentials switch
    {
        EnvironmentVariablesAWSCredentials => "the environment (AWS_ACCESS_KEY_ID)",
        AssumeRoleWithWebIdentityCredentials => "a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)",
        GenericContainerCredentials => "the container's role",
        InstanceProfileAWSCredentials => "the instance's role",
        _ when credentials.GetType().Name == DefaultInstanceProfile => "the instance's role",
        _ => $"profile {profile ?? Environment.GetEnvironmentVariable("AWS_PROFILE") ?? "default"}{(credentialsFile is null ? "" : $" of {credentialsFile}")} ({KindOf(credentials)})",
    };

    private static string KindOf(AWSCredentials credentials) => credentials switch
    {
        SSOAWSCredentials => "single sign-on",
        AssumeRoleAWSCredentials => "an assumed role",
        ProcessAWSCredentials => "a credential process",
        SessionAWSCredentials => "session keys",
        _ => "keys",
    };
}
