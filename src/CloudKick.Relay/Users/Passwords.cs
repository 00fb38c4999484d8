using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Users;

/// <summary>Passwords' rules and hashes (PBKDF2 with HMAC-SHA-512, by ASP.NET's hasher). Thread-safe.</summary>
internal static class Passwords
{
    /// <summary>NIST SP 800-63B §3.1.1.2 asks for 8 with and 15 without a second factor; no rules of composition.</summary>
    public const int MinimumLength = 12;
    public const int MaximumLength = 128;

    private const int Iterations = 210_000; // OWASP's recommendation for HMAC-SHA-512

    private static readonly object Nobody = new();
    private static readonly PasswordHasher<object> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));

    // Compared with when there is no such account, so that this takes as long.
    private static readonly Lazy<string> HashOfNobody = new(() => Hash("nobody's password"));

    public static string Hash(string password) => Hasher.HashPassword(Nobody, password);

    /// <summary>Whether this is the password. Without a hash it never is, and takes as long.</summary>
    public static bool Verify(string? hash, string password)
    {
        var given = password.Length <= MaximumLength ? password : "";
        return Hasher.VerifyHashedPassword(Nobody, hash ?? HashOfNobody.Value, given) != PasswordVerificationResult.Failed && hash is not null;
    }

    /// <summary>What is wrong with a new password; null when nothing.</summary>
    public static PasswordFault? Judge(string? password, string email) => password switch
    {
        null or { Length: < MinimumLength } => PasswordFault.TooShort,
        { Length: > MaximumLength } => PasswordFault.TooLong,
        _ when password.Distinct().Count() < 5 => PasswordFault.TooSimple,
        _ when password.Contains(email.Split('@')[0], StringComparison.OrdinalIgnoreCase) && email.IndexOf('@', StringComparison.Ordinal) > 3 => PasswordFault.TooSimple,
        _ => null,
    };
}

/// <summary>Why a new password is refused.</summary>
internal enum PasswordFault
{
    TooShort,
    TooLong,

    /// <summary>A few characters again and again, or the email address.</summary>
    TooSimple,
}
