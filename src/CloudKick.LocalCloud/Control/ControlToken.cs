using System.Security.Cryptography;
using System.Text;

namespace CloudKick.LocalCloud;

/// <summary>
/// The bearer token of the control surface, in a file that only its owner may read. Made once per data directory; processes
/// that start at once agree on one.
/// </summary>
internal sealed class ControlToken
{
    public const string FileName = "control.token";

    private const string Scheme = "Bearer ";
    private const int Bytes = 32;

    private readonly byte[] _authorization;

    private ControlToken(string path, string token)
    {
        FullPath = path;
        _authorization = Encoding.UTF8.GetBytes(Scheme + token);
    }

    public string FullPath { get; }

    /// <exception cref="IOException">The file cannot be made or read, or is empty.</exception>
    public static ControlToken Open(string directory)
    {
        string path = Path.Combine(Path.GetFullPath(directory), FileName);
        if (!File.Exists(path)) PrivateFiles.WriteAllTextIfAbsent(path, RandomNumberGenerator.GetHexString(Bytes * 2, lowercase: true) + "\n");
        string token = File.ReadAllText(path).Trim();
        return token.Length > 0 ? new ControlToken(path, token) : throw new IOException($"{path} is empty. Without the file, a new one is made.");
    }

    /// <summary>Whether a request's Authorization header has it. Takes as long for any other.</summary>
    public bool IsIn(string? authorization) => authorization is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization), _authorization);
}
