using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.LocalCloud;

namespace CloudKick.Cli.Terminals;

/// <summary>A terminal's key pair (ECDSA P-256), made on this machine and kept in a file that only its owner may read. It goes nowhere else.</summary>
internal static class DeviceKey
{
    // X.520's upper bound of a common name; thing names may be longer.
    private const int MaximumCommonName = 64;

    /// <summary>
    /// A signing request with the key of a directory. One that is there is used again: what was begun with it is finished with it, and
    /// asking twice does not make two certificates.
    /// </summary>
    /// <param name="directory">Made when it is not there.</param>
    /// <param name="name">The certificate's common name, cut to what one may have.</param>
    /// <returns>The request, PEM, and whether the key was there already.</returns>
    /// <exception cref="CliException">The directory cannot be written, or what is in the key's place is none.</exception>
    public static (string SigningRequest, bool WasThere) RequestIn(string directory, string name)
    {
        var file = Path.Combine(directory, DeviceCertificate.PrivateKeyFile);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            PrivateDirectories.Create(directory);
            var wasThere = File.Exists(file);
            if (wasThere)
                key.ImportFromPem(File.ReadAllText(file));
            else
                PrivateFile.Write(file, key.ExportPkcs8PrivateKeyPem() + "\n");
            var subject = new X500DistinguishedNameBuilder();
            subject.AddCommonName(name[..Math.Min(name.Length, MaximumCommonName)]);
            return (new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256).CreateSigningRequestPem() + "\n", wasThere);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"{directory} cannot be used: {denied.Message}", "Choose another place with --out.");
        }
        catch (Exception foreign) when (foreign is ArgumentException or CryptographicException)
        {
            throw CliException.Usage($"{file} is not a private key of a terminal.", "Choose another place with --out; what is there stays.");
        }
    }
}
