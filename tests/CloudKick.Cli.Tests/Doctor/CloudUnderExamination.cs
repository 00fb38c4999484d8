using CloudKick.LocalCloud;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary>A cloud for <c>doctor cloud</c>, with the relay's certificate, and the options that name both.</summary>
internal sealed class CloudUnderExamination : IAsyncDisposable
{
    private readonly string _directory;

    private CloudUnderExamination(LocalCloudServer server, string directory) => (Server, _directory) = (server, directory);

    public LocalCloudServer Server { get; }

    public string CertificateFile => Path.Combine(_directory, DeviceCertificate.CertificateFile);

    public string PrivateKeyFile => Path.Combine(_directory, DeviceCertificate.PrivateKeyFile);

    /// <summary>Starts it.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="relayPolicy">What the relay's certificate may do; null: what Terraform gives it.</param>
    /// <param name="identities">Who may sign requests, beside those that it has.</param>
    public static async Task<CloudUnderExamination> StartAsync(
        CancellationToken cancellationToken, string? relayPolicy = null, params CloudIdentity[] identities)
    {
        var directory = Directory.CreateTempSubdirectory("cloudkick-doctor-").FullName;
        var server = await LocalCloudServer.StartAsync(
            new LocalCloudOptions
            {
                Port = 0, DataDirectory = Path.Combine(directory, "cloud"), Identities = identities, Policies = new LocalCloudPolicies { Relay = relayPolicy },
            },
            cancellationToken: cancellationToken);
        server.IssueDeviceCertificate("relay").WriteTo(directory);
        return new(server, directory);
    }

    /// <summary>The command line's, for all that <c>doctor cloud</c> can try.</summary>
    /// <param name="credentialsFile">Whose credentials; null: those that the cloud wrote.</param>
    public string[] Options(string? credentialsFile = null) =>
    [
        .. OptionsWithoutCertificate(credentialsFile), "--cert", CertificateFile, "--key", PrivateKeyFile,
    ];

    public string[] OptionsWithoutCertificate(string? credentialsFile = null) =>
    [
        "--endpoint", $"localhost:{Server.Port}", "--control-endpoint", $"localhost:{Server.Port}", "--region", "eu-central-1", "--ca", Server.CaFile,
        "--credentials-file", credentialsFile ?? Server.CredentialsFile,
    ];

    /// <summary>Writes a credentials file with one profile.</summary>
    public string Write(CloudIdentity identity)
    {
        var file = Path.Combine(_directory, "credentials-" + identity.Name);
        File.WriteAllText(file, $"[{identity.Name}]\naws_access_key_id = {identity.AccessKeyId}\naws_secret_access_key = {identity.SecretAccessKey}\n");
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
