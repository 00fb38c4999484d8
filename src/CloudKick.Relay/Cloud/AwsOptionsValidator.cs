using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Cloud;

/// <summary>Checks what annotations cannot say.</summary>
internal sealed class AwsOptionsValidator : IValidateOptions<AwsOptions>
{
    public ValidateOptionsResult Validate(string? name, AwsOptions options)
    {
        var faults = new List<string>();
        foreach (var (setting, endpoint) in new[]
        {
            (nameof(AwsOptions.DataEndpoint), options.DataEndpoint),
            (nameof(AwsOptions.ControlEndpoint), options.ControlEndpoint),
        })
        {
            if (endpoint is not null && AwsEndpoint.Parse(endpoint) is null)
                faults.Add($"{AwsOptions.Section}:{setting} is '{endpoint}', which is no host, no host:port and no https address without a path.");
        }

        foreach (var (setting, file) in new[]
        {
            (nameof(AwsOptions.CredentialsFile), options.CredentialsFile),
            (nameof(AwsOptions.CaFile), options.CaFile),
        })
        {
            if (file is not null && !File.Exists(file))
                faults.Add($"{AwsOptions.Section}:{setting} names {file}, which is not there.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
