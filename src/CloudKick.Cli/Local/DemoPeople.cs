using System.Security.Cryptography;
using System.Text.Json;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;

namespace CloudKick.Cli.Local;

/// <summary>The demo's sign-ins: the same ones each time on the same data.</summary>
/// <param name="AdminEmail">The demo merchant's administrator.</param>
/// <param name="OperatorEmail">A platform operator.</param>
/// <param name="Password">Of both.</param>
internal sealed record DemoPeople(string AdminEmail, string OperatorEmail, string Password)
{
    private const string Admin = "admin@demo.example";
    private const string PlatformOperator = "operator@platform.example";
    private const int PasswordLength = 16;
    private const int MaximumAttempts = 100;

    // Nothing that is read as something else.
    private const string PasswordLetters = "abcdefghjkmnpqrstuvwxyz23456789";

    public static async Task<DemoPeople> EnsureAsync(LocalSettings settings, TenantDatabase database, MerchantId merchant, CancellationToken cancellationToken)
    {
        var registry = new UserRegistry(database);
        if (await ReadAsync(settings, cancellationToken) is { } known
            && await CanSignInAsync(registry, merchant, known.AdminEmail, cancellationToken)
            && await CanSignInAsync(registry, null, known.OperatorEmail, cancellationToken))
            return known;

        var password = RandomNumberGenerator.GetString(PasswordLetters, PasswordLength);
        var made = new DemoPeople(
            await AddAsync(registry, merchant, Admin, Roles.Admin, "Demo admin", password, cancellationToken),
            await AddAsync(registry, null, PlatformOperator, Roles.PlatformOperator, "Demo operator", password, cancellationToken),
            password);
        PrivateFile.Write(settings.PeopleFile, JsonSerializer.Serialize(made));
        return made;
    }

    private static async Task<DemoPeople?> ReadAsync(LocalSettings settings, CancellationToken cancellationToken)
    {
        if (!File.Exists(settings.PeopleFile))
            return null;
        try
        {
            return JsonSerializer.Deserialize<DemoPeople>(await File.ReadAllTextAsync(settings.PeopleFile, cancellationToken));
        }
        catch (JsonException)
        {
            return null; // not ours any more: it is written anew
        }
    }

    // The database may be another one than the last time.
    private static async Task<bool> CanSignInAsync(UserRegistry registry, MerchantId? owner, string email, CancellationToken cancellationToken) =>
        (await registry.ListAsync(owner, email, null, 1, cancellationToken)).Any(user => user.Email == email && user is { HasPassword: true, DisabledAt: null });

    // An address whose password was lost with the file stays taken: the next number is free.
    private static async Task<string> AddAsync(
        UserRegistry registry, MerchantId? owner, string email, string role, string name, string password, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaximumAttempts; attempt++)
        {
            var wanted = attempt == 1 ? email : email.Replace("@", $"{attempt}@", StringComparison.Ordinal);
            if (await registry.AddWithPasswordAsync(new NewUser(owner, wanted, role, name), password, Actor.Cli, cancellationToken) is { } added)
                return added.Email;
        }

        throw new InvalidOperationException($"{MaximumAttempts} addresses like {email} are taken.");
    }
}
