using System.Text.Json;
using CloudKick.Cli.Keys;
using CloudKick.Cli.Merchants;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;

namespace CloudKick.Cli.Local;

/// <summary>The demo's merchant and keys: the same ones each time on the same data.</summary>
/// <param name="MerchantId">The merchant.</param>
/// <param name="ApiKey">A key with all scopes of a merchant's.</param>
/// <param name="AdminKey">A platform operator's key.</param>
internal sealed record DemoMerchant(Guid MerchantId, string ApiKey, string AdminKey)
{
    public const string Name = "Demo Bakery";

    private const string Environment = "local";
    private const string Label = "cloudkick local";

    public static async Task<DemoMerchant> EnsureAsync(
        LocalSettings settings, TenantDatabase database, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var merchants = new MerchantRegistry(database, timeProvider);
        var keys = new ApiKeys(database);
        var known = await ReadAsync(settings, cancellationToken);
        if (known is not null
            && await merchants.FindAsync(new MerchantId(known.MerchantId), cancellationToken) is { DisabledAt: null }
            && await WorksAsync(keys, new MerchantId(known.MerchantId), known.ApiKey, cancellationToken)
            && await WorksAsync(keys, null, known.AdminKey, cancellationToken))
            return known;

        var merchant = (await merchants.ListAllAsync(cancellationToken)).FirstOrDefault(merchant => merchant is { Name: Name, DisabledAt: null })
            ?? await merchants.AddAsync(Name, Actor.Cli, cancellationToken, await FreeIdAsync(merchants, cancellationToken));
        var made = new DemoMerchant(
            merchant.MerchantId,
            await CreateAsync(keys, new MerchantId(merchant.MerchantId), Scopes.OfTills, cancellationToken),
            await CreateAsync(keys, null, [Scopes.PlatformAdmin], cancellationToken));
        PrivateFile.Write(settings.KeysFile, JsonSerializer.Serialize(made));
        return made;
    }

    // The id that the API's examples name, unless that merchant was renamed or disabled.
    private static async Task<MerchantId?> FreeIdAsync(MerchantRegistry merchants, CancellationToken cancellationToken) =>
        await merchants.FindAsync(DemoIds.Merchant, cancellationToken) is null ? DemoIds.Merchant : null;

    private static async Task<DemoMerchant?> ReadAsync(LocalSettings settings, CancellationToken cancellationToken)
    {
        if (!File.Exists(settings.KeysFile))
            return null;
        try
        {
            return JsonSerializer.Deserialize<DemoMerchant>(await File.ReadAllTextAsync(settings.KeysFile, cancellationToken));
        }
        catch (JsonException)
        {
            return null; // not ours any more: it is written anew
        }
    }

    // The database may be another one than the last time, or have lost the key.
    private static async Task<bool> WorksAsync(ApiKeys keys, MerchantId? owner, string token, CancellationToken cancellationToken) =>
        (await keys.ListAllAsync(owner, cancellationToken)).Any(key => key is { RevokedAt: null, ExpiresAt: null } && token.Contains($"_{key.KeyId}_", StringComparison.Ordinal));

    private static async Task<string> CreateAsync(ApiKeys keys, MerchantId? owner, IReadOnlyCollection<string> scopes, CancellationToken cancellationToken)
    {
        var created = await keys.CreateAsync(new NewApiKey(owner, Environment, Label, scopes), Actor.Cli, cancellationToken);
        return created!.Token; // null would mean no such merchant
    }
}
