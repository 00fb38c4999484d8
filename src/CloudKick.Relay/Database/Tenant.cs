using Dapper;

namespace CloudKick.Relay.Database;

/// <summary>
/// On whose behalf a statement runs: one merchant, or the platform's operators. Row level security compares it with each row
/// (<c>current_setting('app.merchant_id')</c>, <c>current_setting('app.platform')</c>), so it decides what the statement can see.
/// A <see cref="MerchantId"/> converts to it implicitly. The default value is nobody and is refused.
/// </summary>
public readonly record struct Tenant
{
    // What is asked for a tenant is short: to compile it first (which PostgreSQL does when it expects much) would take longer, for a day's
    // partition after the other up to seconds.
    private const string MerchantPreamble = "select set_config('app.merchant_id', @app_merchant_id, true), set_config('jit', 'off', true);\n";
    private const string PlatformPreamble = "select set_config('app.platform', 'on', true), set_config('jit', 'off', true);\n";

    private readonly MerchantId _merchant;
    private readonly bool _platform;

    private Tenant(MerchantId merchant, bool platform)
    {
        _merchant = merchant;
        _platform = platform;
    }

    /// <summary>The platform's operators and the platform's own background work: every merchant's rows.</summary>
    public static Tenant Platform { get; } = new(default, platform: true);

    /// <summary>One merchant: its own rows and no others.</summary>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    public static Tenant Merchant(MerchantId merchant) => merchant.Value == Guid.Empty
        ? throw new ArgumentException("An empty merchant id names no merchant.", nameof(merchant))
        : new(merchant, platform: false);

    /// <inheritdoc cref="Merchant(MerchantId)"/>
    public static implicit operator Tenant(MerchantId merchant) => Merchant(merchant);

    /// <inheritdoc/>
    public override string ToString() => _platform ? "platform" : $"merchant {_merchant}";

    // PostgreSQL runs everything up to one Sync as one implicit transaction, and Npgsql sends the statements of one command
    // with one Sync: so a transaction-local setting made by the first statement holds for the second and is gone after it,
    // without a round trip of its own and whatever pooler stands between.
    internal string Prefix(string sql) => (_platform ? PlatformPreamble : MerchantPreamble) + sql;

    internal DynamicParameters Prefix(object? parameters)
    {
        var all = new DynamicParameters(parameters);
        if (_platform)
            return all;
        if (_merchant.Value == Guid.Empty)
            throw new InvalidOperationException("A statement was about to run on behalf of nobody: name a merchant, or Tenant.Platform.");
        all.Add("app_merchant_id", _merchant.ToString());
        return all;
    }
}
