using System.Security.Cryptography.X509Certificates;

namespace CloudKick.LocalCloud;

/// <summary>
/// A certificate and its private key in a directory of their own. The pair appears with one rename, so that a reader
/// never sees half of it, and of several processes that create it at once one wins and the others read what it made.
/// </summary>
internal sealed class KeyPairDirectory(string path)
{
    public string CertificateFile { get; } = Path.Combine(path, "certificate.pem");

    private string KeyFile { get; } = Path.Combine(path, "private.key");

    public X509Certificate2? TryLoad() =>
        File.Exists(CertificateFile) ? Pem.LoadCertificate(File.ReadAllText(CertificateFile), File.ReadAllText(KeyFile)) : null;

    /// <summary>Stores the pair unless one is there already; returns the one that is there now.</summary>
    public X509Certificate2 StoreIfAbsent(string certificatePem, string privateKeyPem)
    {
        string temporary = $"{path}.{Path.GetRandomFileName()}";
        PrivateFiles.CreateDirectory(temporary);
        File.WriteAllText(Path.Combine(temporary, Path.GetFileName(CertificateFile)), certificatePem);
        PrivateFiles.WriteAllText(Path.Combine(temporary, Path.GetFileName(KeyFile)), privateKeyPem);
        try
        {
            Directory.Move(temporary, path);
        }
        catch (IOException) when (File.Exists(CertificateFile))
        {
            Directory.Delete(temporary, recursive: true);
        }
        return TryLoad() ?? throw new IOException($"The key pair in {path} disappeared while it was being created.");
    }

    /// <summary>Moves the pair aside, so that a new one can take its place. Safe when another process does the same.</summary>
    public void Discard()
    {
        string temporary = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            Directory.Move(path, temporary);
        }
        catch (DirectoryNotFoundException)
        {
            return;
        }
        Directory.Delete(temporary, recursive: true);
    }
}
