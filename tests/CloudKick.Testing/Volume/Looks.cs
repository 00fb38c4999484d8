using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace CloudKick.Testing.Volume;

/// <summary>
/// Every list, search and detail that the relay answers, as a page and over the API: with hits and without, first pages and deep ones.
/// Whoever adds an endpoint adds its looks; a test finds the ones that are missing.
/// </summary>
public static class Looks
{
    private const string Nothing = "nothing-like-this";
    private const string NoTerminal = "NL999999X";

    // Terminal ids run from NL000000: from about its middle on.
    private const string DeepTerminal = "NL05";

    /// <summary>What a merchant's people and keys look at.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="reader"><see cref="Reader.Admin"/>, or somebody of the platform who looks at the merchant's pages.</param>
    public static IEnumerable<Look> AtPages(VolumeMerchant merchant, Reader reader)
    {
        ArgumentNullException.ThrowIfNull(merchant);
        var known = (merchantId: "{merchantId:guid}", terminalId: "{terminalId}");
        var page = $"/m/{merchant.Id}/";
        return
        [
            At("overview"),
            At("terminals"), At("terminals", "deep", $"?after={DeepTerminal}"), At("terminals", "by id", "?search=nl0000"), At("terminals", "by label", "?search=Terrace"),
            At("terminals", "without hits", $"?search={Nothing}"),
            .. new[] { "online", "offline", "never-seen", "failing", "old-firmware", "cloud-connect-1" }.Select(status => At("terminals", status, $"?status={status}")),
            At($"terminals/{known.terminalId}", "", "", $"terminals/{merchant.TerminalId}"),
            At($"terminals/{known.terminalId}/parameters", "", "", $"terminals/{merchant.TerminalId}/parameters"),
            .. KickSearches.Select(search => At("kicks", search.What, search.Query(merchant))),
            At("kicks/{id}", "newest", "", $"kicks/{merchant.NewestKick}"), At("kicks/{id}", "oldest", "", $"kicks/{merchant.OldestKick}"),
            At("transfers"), At("network"),
            At("plan"), At("plan", "deep", $"?after={DeepTerminal}"), At("plan", "at a step", "?step=till"),
            At("users"), At("users", "search", "?search=person-1"), At("users", "without hits", $"?search={Nothing}"), At("users", "deep", "?after=person-4"),
            At("users/{userId:guid}", "", "", $"users/{merchant.UserId}"),
            At("api-keys"), At("api-keys", "deep", $"?after={merchant.ApiKeyId}"), At("api-keys/{keyId}", "", "", $"api-keys/{merchant.ApiKeyId}"), At("api-keys/first-call"),
            .. AuditSearches(merchant).Select(search => At("audit", search.What, search.Query)),
            At("whitelist"), At("whitelist", "deep", $"?after={DeepTerminal}"), At("whitelist", "by id", $"?Search={merchant.TerminalId}"),
            At("whitelist", "by label", "?Search=errace"), At("whitelist", "without hits", $"?Search={Nothing}"),
            .. new[] { "Active", "Expired", "Unregistered" }.Select(state => At("whitelist", state, $"?State={state}")),
            At($"whitelist/entries/{known.terminalId}", "", "", $"whitelist/entries/{merchant.TerminalId}"),
        ];

        Look At(string route, string what = "", string query = "", string? path = null) =>
            new($"/m/{known.merchantId}/{route}", what, reader, merchant, page + (path ?? route) + query);
    }

    /// <summary>What a merchant's own system asks.</summary>
    public static IEnumerable<Look> OverApi(VolumeMerchant merchant)
    {
        ArgumentNullException.ThrowIfNull(merchant);
        return
        [
            .. KickCalls(merchant).Select(call => At("kicks/", call.What, call.Query)),
            At("kicks/{id}", "newest", "", $"kicks/{merchant.NewestKick}"), At("kicks/{id}", "oldest", "", $"kicks/{merchant.OldestKick}"),
            At("kicks/{id}/events", "", "", $"kicks/{merchant.OldestKick}/events"),
            .. TerminalCalls.Select(call => At("terminals/", call.What, call.Query)),
            At("terminals/{terminalId}", "", "", $"terminals/{merchant.TerminalId}"),
            At("terminals/{terminalId}/diagnosis", "", "", $"terminals/{merchant.TerminalId}/diagnosis"),
            At("terminals/{terminalId}/parameters", "", "", $"terminals/{merchant.TerminalId}/parameters"),
            .. PlanCalls.Select(call => At("migration-plan", call.What, call.Query)), At("whitelist-changes/last"),
            At("api-keys/"), At("api-keys/", "deep", $"?cursor={Cursor(merchant.ApiKeyId)}"), At("api-keys/{keyId}", "", "", $"api-keys/{merchant.ApiKeyId}"),
            .. AuditCalls(merchant).Select(call => At("audit/", call.What, call.Query)),
            .. TransferCalls.Select(call => At("transfers/", call.What, call.Query)), At("transfers/", "of a terminal", $"?terminalId={merchant.TerminalId}"),
            At("whitelist/"), At("whitelist/", "200 a page", "?limit=200"), At("whitelist/", "deep", "?cursor=" + Cursor(DeepTerminal)),
            At("whitelist/", "by id", "?prefix=NL0001"), At("whitelist/", "without hits", "?prefix=ZZ"),
            At("whitelist/{terminalId}", "", "", $"whitelist/{merchant.TerminalId}"),
        ];

        Look At(string route, string what = "", string query = "", string? path = null) => new($"/v1/{route}", what, Reader.Key, merchant, $"/v1/{path ?? route}{query}");
    }

    /// <summary>What the platform's people look at.</summary>
    public static IEnumerable<Look> AtPlatform(VolumeMerchant merchant)
    {
        ArgumentNullException.ThrowIfNull(merchant);
        return
        [
            At("overview"), At("problems"), At("problems", "deep", $"?after=5~{DeepTerminal}"), At("settings"),
            At("terminals"), At("terminals", "deep", $"?after={DeepTerminal}"), At("terminals", "by id", "?search=nl0000"), At("terminals", "by label", "?search=Terrace"),
            At("terminals", "without hits", $"?search={Nothing}"), At("terminals", "of a merchant", $"?merchant={merchant.Id}"),
            .. new[] { "online", "offline", "never-seen", "failing", "old-firmware", "cloud-connect-1", "unassigned" }
                .Select(status => At("terminals", status, $"?status={status}")),
            At("terminals/{terminalId}", "", "", $"terminals/{merchant.TerminalId}"),
            At("terminals/import") with { Reader = Reader.Operator },
            At("merchants"), At("merchants", "by name", "?Search=bakery 2"), At("merchants", "by word", "?Search=12"),
            At("merchants", "of one kind", "?Search=bakery"), At("merchants", "by id", $"?Search={merchant.Id}"), At("merchants", "without hits", $"?Search={Nothing}"), At("merchants", "deep", $"?after={merchant.Id}"),
            At("merchants/{merchantId:guid}", "", "", $"merchants/{merchant.Id}"),
            At("users"), At("api-keys"), At("audit"),
            Api("merchants/"), Api("merchants/", "deep", "?cursor=" + Cursor(merchant.Id.ToString())), Api("merchants/{merchantId:guid}", "", "", $"merchants/{merchant.Id}"),
            .. PlanCalls.Select(call => Api("merchants/{merchantId:guid}/migration-plan", call.What, call.Query, $"merchants/{merchant.Id}/migration-plan")),
            Api("merchants/{merchantId:guid}/api-keys", "", "", $"merchants/{merchant.Id}/api-keys"), Api("api-keys"),
            Api("api-keys/{keyId}", "", "", $"api-keys/{merchant.ApiKeyId}"), Api("audit"),
            Api("merchants/{merchantId:guid}/audit", "", "", $"merchants/{merchant.Id}/audit"),
            .. TransferCalls.Select(call => Api("transfers/", call.What, call.Query)),
            Api("transfers/", "of a merchant", $"?merchantId={merchant.Id}"), Api("transfers/", "of a terminal", $"?terminalId={merchant.TerminalId}"),
            .. TerminalCalls.Select(call => Api("terminals/", call.What, call.Query)),
            Api("terminals/", "of a merchant", $"?merchantId={merchant.Id}"), Api("terminals/", "unassigned", "?unassigned=true"),
            Api("terminals/{terminalId}", "", "", $"terminals/{merchant.TerminalId}"),
            Api("terminals/{terminalId}/diagnosis", "", "", $"terminals/{merchant.TerminalId}/diagnosis"),
            Api("terminals/{terminalId}/parameters", "", "", $"terminals/{merchant.TerminalId}/parameters"),
        ];

        Look At(string route, string what = "", string query = "", string? path = null) =>
            new($"/platform/{route}", what, Reader.Support, null, $"/platform/{path ?? route}{query}");
        Look Api(string route, string what = "", string query = "", string? path = null) =>
            new($"/v1/admin/{route}", what, Reader.PlatformKey, null, $"/v1/admin/{path ?? route}{query}");
    }

    private static IEnumerable<(string What, Func<VolumeMerchant, string> Query)> KickSearches =>
    [
        ("", _ => ""),
        ("deep", merchant => $"?after={Middle(merchant)}"),
        ("by terminal", merchant => $"?terminal={merchant.TerminalId}"),
        ("by terminal, deep", merchant => $"?terminal={merchant.TerminalId}&after={Middle(merchant)}"),
        ("by terminal, without hits", _ => $"?terminal={NoTerminal}"),
        ("by reference", merchant => $"?reference={merchant.Reference}"),
        ("by reference, without hits", _ => $"?reference={Nothing}"),
        .. new[] { "coupled", "not-coupled", "pending", "cancelled" }.SelectMany(outcome => new (string, Func<VolumeMerchant, string>)[]
        {
            (outcome, _ => $"?outcome={outcome}"),
            ($"{outcome}, deep", merchant => $"?outcome={outcome}&after={Middle(merchant)}"),
            ($"{outcome}, of a terminal", merchant => $"?outcome={outcome}&terminal={merchant.TerminalId}"),
        }),
        ("by reference and outcome, without hits", _ => $"?reference={Nothing}&outcome=cancelled"),
        ("by time", _ => $"?from={Ago(20)}&until={Ago(10)}"),
        ("by time and outcome", _ => $"?from={Ago(20)}&until={Ago(10)}&outcome=not-coupled"),
        ("by time, without hits", _ => $"?from={Ago(300)}&until={Ago(200)}"),
    ];

    private static IEnumerable<(string What, string Query)> KickCalls(VolumeMerchant merchant) =>
    [
        ("", ""),
        ("200 a page", "?limit=200"),
        ("deep", "?cursor=" + Cursor(Middle(merchant))),
        ("by terminal", $"?terminalId={merchant.TerminalId}"),
        ("by terminal, without hits", $"?terminalId={NoTerminal}"),
        ("by reference", $"?reference={merchant.Reference}"),
        ("by reference, without hits", $"?reference={Nothing}"),
        .. new[] { "accepted", "published", "delivered", "connected", "expired", "cancelled", "failed" }.SelectMany(state => new[]
        {
            (state, $"?state={state}"), ($"{state}, deep", $"?state={state}&cursor={Cursor(Middle(merchant))}"),
        }),
        .. new[] { "coupled", "not_coupled", "pending" }.SelectMany(outcome => new[]
        {
            (outcome, $"?outcome={outcome}"), ($"{outcome}, deep", $"?outcome={outcome}&cursor={Cursor(Middle(merchant))}"),
        }),
        ("by time", $"?from={Ago(20)}:00Z&until={Ago(10)}:00Z"),
        ("by time and outcome", $"?from={Ago(20)}:00Z&until={Ago(10)}:00Z&outcome=not_coupled"),
        ("by time, without hits", $"?from={Ago(300)}:00Z&until={Ago(200)}:00Z"),
    ];

    private static IEnumerable<(string What, string Query)> AuditCalls(VolumeMerchant merchant) =>
    [
        ("", ""),
        ("deep", "?cursor=" + Cursor("300")),
        .. new[] { "whitelist.", "api-key.", "user.", "terminal.", "support." }.Select(family => (family, $"?action={family}")),
        ("by who", "?who=till"),
        ("by subject", $"?subject={merchant.TerminalId}"),
        ("by time", $"?from={Ago(1)}:00Z&until={Ago(0)}:00Z"),
    ];

    private static IEnumerable<(string What, string Query)> TerminalCalls =>
    [
        ("", ""), ("200 a page", "?limit=200"), ("deep", "?cursor=" + Cursor(DeepTerminal)), ("by id", "?prefix=NL0001"), ("without hits", "?prefix=ZZ"),
        ("online", "?presence=online"), ("offline", "?presence=offline"), ("unknown", "?presence=unknown"),
        .. new[] { "online", "offline", "never-seen", "failing", "old-firmware", "cloud-connect-1" }.Select(status => ($"status {status}", $"?status={status}")),
        ("search by id", "?search=nl0000"), ("search by label", "?search=Terrace"), ("search without hits", $"?search={Nothing}"),
        ("failing, deep", $"?status=failing&cursor={Cursor(DeepTerminal)}"),
    ];

    private static IEnumerable<(string What, string Query)> PlanCalls =>
    [
        ("", ""), ("200 a page", "?limit=200"), ("deep", "?cursor=" + Cursor(DeepTerminal)), ("at a step", "?step=till"), ("at a step, without hits", "?step=open&cursor=" + Cursor("ZZ")),
    ];

    private static IEnumerable<(string What, string Query)> TransferCalls =>
    [
        ("", ""), ("200 a page", "?limit=200"), ("open", "?state=open"), ("done", "?state=done"), ("declined", "?state=declined"),
        // A place of the list: ticks of a moment, and an id.
        ("deep", "?cursor=" + Cursor($"{TimeProvider.System.GetUtcNow().AddDays(-30).Ticks:D19}{Guid.Empty:N}")),
    ];

    private static IEnumerable<(string What, string Query)> AuditSearches(VolumeMerchant merchant) =>
    [
        ("", ""),
        ("deep", "?after=300"),
        .. new[] { "whitelist.", "api-key.", "user.", "terminal.", "support." }.Select(family => (family, $"?What={family}")),
        ("by who", "?Who=till"),
        ("by who, without hits", $"?Who={Nothing}"),
        ("by subject", $"?Subject={merchant.TerminalId}"),
        ("by subject, without hits", $"?Subject={Nothing}"),
        ("by time", $"?From={Day(1)}&Until={Day(0)}"),
        ("by time, without hits", $"?From={Day(300)}&Until={Day(200)}"),
    ];

    // Half the way back to the merchant's oldest kick: the ids' first 48 bits are milliseconds.
    private static string Middle(VolumeMerchant merchant)
    {
        var (newest, oldest) = (merchant.NewestKick.Value.ToByteArray(bigEndian: true), merchant.OldestKick.Value.ToByteArray(bigEndian: true));
        var (from, until) = (Milliseconds(oldest), Milliseconds(newest));
        return new Relay.Kicks.KickId(Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(from + ((until - from) / 2)))).ToString();

        static long Milliseconds(byte[] id) => id.Take(6).Aggregate(0L, (all, part) => (all << 8) | part);
    }

    private static string Ago(int days) => TimeProvider.System.GetUtcNow().AddDays(-days).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    private static string Day(int ago) => TimeProvider.System.GetUtcNow().AddDays(-ago).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Cursor(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));
}
