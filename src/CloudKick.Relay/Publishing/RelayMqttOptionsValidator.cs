using System.Security.Cryptography;
using CloudKick.Relay.Cloud;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>Reports what annotations cannot say of the connection to the cloud: files that are not there, or not what they should be.</summary>
internal sealed class RelayMqttOptionsValidator : IValidateOptions<RelayMqttOptions>
{
    public ValidateOptionsResult Validate(string? name, RelayMqttOptions options)
    {
        var faults = new List<string>();
        foreach (var (setting, file) in new[]
        {
            (nameof(options.CertificateFile), options.CertificateFile),
            (nameof(options.PrivateKeyFile), options.PrivateKeyFile),
            (nameof(options.CaFile), options.CaFile),
        })
        {
            if (!string.IsNullOrEmpty(file) && !File.Exists(file))
                faults.Add($"{RelayMqttOptions.Section}:{setting} names {file}, which is not there.");
        }
        if (string.IsNullOrEmpty(options.CertificateFile) != string.IsNullOrEmpty(options.PrivateKeyFile))
            faults.Add($"{RelayMqttOptions.Section}:{nameof(options.CertificateFile)} and {nameof(options.PrivateKeyFile)} go together; one of them is not set.");
        if (faults.Count == 0)
            faults.AddRange(Unusable(options));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Unusable(RelayMqttOptions options)
    {
        try
        {
            RelayIdentity.Read(options, out _);
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return [$"The certificate files of {RelayMqttOptions.Section} cannot be used: {exception.Message.TrimEnd('.')}."];
        }
    }
}
