using System.Security.Cryptography;

namespace CloudKick.LocalCloud;

/// <summary>
/// The identities that every LocalCloud has, in AWS's shared credentials format, so that AWS's own tools can use them.
/// Made once per data directory; processes that start at once agree on one file.
/// </summary>
internal sealed class CloudCredentials
{
    public const string OperatorProfile = "default";
    public const string RelayProfile = "relay";

    // As AWS's: capitals and the digits 2 to 7.
    private const string AccessKeyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private readonly Dictionary<string, (string AccessKeyId, string SecretAccessKey)> _keysByProfile;

    private CloudCredentials(string path, Dictionary<string, (string, string)> keysByProfile)
    {
        FullPath = path;
        _keysByProfile = keysByProfile;
    }

    public string FullPath { get; }

    public static CloudCredentials Open(string directory)
    {
        string path = Path.Combine(Path.GetFullPath(directory), "credentials");
        if (!File.Exists(path)) PrivateFiles.WriteAllTextIfAbsent(path, string.Join('\n', new[] { OperatorProfile, RelayProfile }.Select(NewSection)));
        return new CloudCredentials(path, Read(path));
    }

    /// <param name="profile">A section of the file.</param>
    /// <param name="name">The identity's.</param>
    /// <param name="policyDocument">What it may do; null for all.</param>
    /// <exception cref="IOException">The file has no such section.</exception>
    public CloudIdentity Identity(string profile, string name, string? policyDocument) =>
        _keysByProfile.TryGetValue(profile, out var keys)
            ? new CloudIdentity(name, keys.AccessKeyId, keys.SecretAccessKey, SessionToken: null, policyDocument)
            : throw new IOException($"{FullPath} has no profile [{profile}] with aws_access_key_id and aws_secret_access_key. Without the file, a new one is made.");

    private static string NewSection(string profile) => $"""
        [{profile}]
        aws_access_key_id = AKIA{RandomNumberGenerator.GetString(AccessKeyAlphabet, 16)}
        aws_secret_access_key = {Convert.ToBase64String(RandomNumberGenerator.GetBytes(30))}

        """;

    private static Dictionary<string, (string, string)> Read(string path)
    {
        var keys = new Dictionary<string, (string, string)>();
        string profile = "", accessKeyId = "";
        foreach (string line in File.ReadLines(path).Select(line => line.Trim()))
        {
            if (line is ['[', .. var section, ']']) profile = section.Trim();
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is not [var name, var value]) continue;
            if (name == "aws_access_key_id") accessKeyId = value;
            if (name == "aws_secret_access_key") keys[profile] = (accessKeyId, value);
        }
        return keys;
    }
}
