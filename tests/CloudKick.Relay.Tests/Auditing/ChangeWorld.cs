using System.Globalization;
using System.Text.Json.Nodes;
using CloudKick.LocalCloud;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.OpenApi;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.Transfers;
using CloudKick.Relay.Users;
using CloudKick.Relay.Whitelist;
using CloudKick.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Auditing;

/// <summary>A relay with two merchants, and everybody who changes something: keys, and people in browsers. Not thread-safe.</summary>
internal sealed class ChangeWorld : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly LocalCloudServer _cloud;
    private readonly string _directory;
    private int _made;

    private ChangeWorld(TestDatabase database, LocalCloudServer cloud, RelayHost relay, string directory) =>
        (_database, _cloud, Relay, _directory) = (database, cloud, relay, directory);

    public RelayHost Relay { get; }

    public MerchantId Own { get; private set; }

    public MerchantId Other { get; private set; }

    /// <summary>A key of <see cref="Own"/> that may do all that a merchant's may.</summary>
    public HttpClient Till { get; private set; } = null!;

    /// <summary>A platform operator's key.</summary>
    public HttpClient Operator { get; private set; } = null!;

    /// <summary>An admin of <see cref="Own"/>.</summary>
    public PageClient Admin { get; private set; } = null!;

    /// <summary>A platform operator.</summary>
    public PageClient Platform { get; private set; } = null!;

    public static async Task<ChangeWorld> CreateAsync()
    {
        var directory = Directory.CreateTempSubdirectory("cloudkick-changes-").FullName;
        var cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = directory });
        var database = await TestDatabase.CreateAsync();
        var relay = await RelayHost.StartAsync(database, new RelayHostOptions { Cloud = cloud });
        var world = new ChangeWorld(database, cloud, relay, directory) { Own = await relay.AddMerchantAsync("Own"), Other = await relay.AddMerchantAsync("Other") };
        world.Till = await relay.CreateClientAsync(world.Own, [.. Scopes.OfMerchants]);
        world.Operator = await relay.CreateAdminClientAsync();
        world.Admin = await relay.SignInAsync(world.Own, Roles.Admin);
        world.Platform = await relay.SignInAsync(null, Roles.PlatformOperator);
        return world;
    }

    /// <summary>A name that nothing has yet.</summary>
    public string Name(string beginning) => string.Create(CultureInfo.InvariantCulture, $"{beginning}{++_made}");

    public T Get<T>()
        where T : notnull => Relay.Services.GetRequiredService<T>();

    public async Task<string> TerminalAsync(MerchantId? merchant)
    {
        var terminal = Name("CHG");
        await Get<TerminalRegistry>().AddAsync(new NewTerminal(terminal, "GrundmasterNL") { Merchant = merchant }, Actor.Cli, CancellationToken.None);
        return terminal;
    }

    public async Task<string> ListedTerminalAsync()
    {
        var terminal = await TerminalAsync(Own);
        await Get<MerchantWhitelist>().PutAsync(Own, new WhitelistSetting(terminal), Actor.Cli, CancellationToken.None);
        return terminal;
    }

    /// <summary>An open kick of <see cref="Own"/>.</summary>
    public async Task<string> KickAsync()
    {
        var kick = new JsonObject { ["terminalId"] = await ListedTerminalAsync(), ["managementSystemId"] = "GrundmasterNL", ["accessProtocol"] = "OPI_NL", ["ttlSeconds"] = 120 };
        return (string)(await Till.AskAsync(HttpMethod.Post, "/v1/kicks", kick.ToJsonString(), CancellationToken.None)).Json["id"]!;
    }

    /// <summary>A transfer from <see cref="Own"/> to <see cref="Other"/> that waits for both.</summary>
    public async Task<TerminalTransfer> TransferAsync() =>
        (await Get<TerminalTransfers>().ProposeAsync(await TerminalAsync(Own), Other, Actor.Cli, CancellationToken.None)).Proposed!;

    public async Task<string> KeyAsync(MerchantId? merchant) =>
        (await Relay.CreateKeyAsync(merchant, merchant is null ? Scopes.PlatformAdmin : Scopes.KicksRead)).Key.KeyId;

    /// <summary>The address of one of <see cref="Own"/>'s pages, or of the platform's.</summary>
    public string At(string page, bool platform = false) => platform ? $"/platform/{page}" : $"/m/{Own}/{page}";

    public async Task<Guid> UserAsync(MerchantId? merchant, bool disabled = false)
    {
        var email = await Relay.AddUserAsync(merchant, merchant is null ? Roles.PlatformSupport : Roles.Viewer);
        var users = Get<UserRegistry>();
        var id = (await users.ListAsync(merchant, email, null, 1, CancellationToken.None))[0].UserId;
        if (disabled)
            await users.ChangeAsync(merchant, id, user => user with { DisabledAt = user.CreatedAt }, Actor.Cli, CancellationToken.None);
        return id;
    }

    /// <summary>A merchant that is disabled.</summary>
    public async Task<MerchantId> DisabledAsync(string name)
    {
        var merchant = await Relay.AddMerchantAsync(name);
        await Get<MerchantRegistry>().SetDisabledAsync(merchant, true, Actor.Cli, CancellationToken.None);
        return merchant;
    }

    /// <summary>The id of the change that put a terminal on the whitelist of <see cref="Own"/>.</summary>
    public async Task<Guid> LastChangeAsync()
    {
        await ListedTerminalAsync();
        return (await Get<MerchantWhitelist>().FindLastChangeAsync(Own, CancellationToken.None))!.ChangeId;
    }

    /// <summary>The address of a certificate of a terminal of <see cref="Own"/>, after a change of it.</summary>
    public async Task<string> CertificateAsync(string? then = null)
    {
        var path = $"/v1/admin/terminals/{await TerminalAsync(Own)}/certificates";
        var certificate = $"{path}/{(string)(await Operator.AskAsync(HttpMethod.Post, path, CertificateBody, CancellationToken.None)).Json["certificateId"]!}";
        if (then is not null)
            await Operator.AskAsync(HttpMethod.Post, $"{certificate}/{then}", null, CancellationToken.None);
        return certificate;
    }

    /// <summary>A link by which somebody of <see cref="Own"/> sets a new password.</summary>
    public async Task<string> LinkAsync()
    {
        var link = await Get<UserRegistry>().ResetAsync(Own, await UserAsync(Own), false, TimeSpan.FromHours(1), Actor.Cli, CancellationToken.None);
        return link!.Path;
    }

    public static string CertificateBody => ApiExamples.Body("provisionTerminal")!.ToJsonString();

    /// <summary>Somebody of <see cref="Own"/>, signed in, with a second factor when it is asked for, and its secret.</summary>
    public async Task<(PageClient Browser, string Email, byte[]? Secret)> PersonAsync(bool secondFactor)
    {
        var email = await Relay.AddUserAsync(Own, Roles.Viewer);
        var browser = Relay.CreateBrowser();
        await browser.SignInAsync(email, RelayHost.Password, CancellationToken.None);
        if (!secondFactor)
            return (browser, email, null);
        var (fields, secret) = await SecondFactorAsync(browser);
        await browser.SubmitAsync("/account/second-factor", CancellationToken.None, fields: fields);
        return (browser, email, secret);
    }

    /// <summary>What a form for a second factor is filled in with.</summary>
    public async Task<((string, string)[] Fields, byte[] Secret)> SecondFactorAsync(PageClient browser)
    {
        var offered = (await browser.OpenAsync("/account/second-factor", CancellationToken.None)).Field("Secret");
        var secret = Get<SecondFactors>().Open(offered)!;
        return ([("Secret", offered), ("Current", RelayHost.Password), ("Code", Code(secret, 0))], secret);
    }

    /// <summary>A code of a second factor, so many steps from now on.</summary>
    public static string Code(byte[] secret, int steps) => Totp.Code(secret, Totp.StepAt(TimeProvider.System.GetUtcNow()) + steps);

    /// <summary>How long each chain is, by its merchant's name.</summary>
    public async Task<IReadOnlyDictionary<string, long>> LengthsAsync()
    {
        await using var connection = await _database.Owner.OpenConnectionAsync();
        return (await connection.QueryAsync<(string Chain, long Length)>(
            """
            select coalesce(m.name, 'platform'), max(a.chain_index)
            from audit_log a left join merchants m on m.merchant_id = a.merchant_id
            group by 1
            """)).ToDictionary(row => row.Chain, row => row.Length);
    }

    /// <summary>What was appended since: chain, action, and how whoever did it begins.</summary>
    public async Task<IReadOnlyList<(string Row, string Actor)>> SinceAsync(IReadOnlyDictionary<string, long> lengths)
    {
        await using var connection = await _database.Owner.OpenConnectionAsync();
        var rows = await connection.QueryAsync<(string Chain, long Index, string Action, string Actor)>(
            """
            select coalesce(m.name, 'platform'), a.chain_index, a.action, a.actor
            from audit_log a left join merchants m on m.merchant_id = a.merchant_id
            order by 1, 2
            """);
        return [.. rows.Where(row => row.Index > lengths.GetValueOrDefault(row.Chain)).Select(row => ($"{row.Chain} {row.Action}", row.Actor))];
    }

    public async ValueTask DisposeAsync()
    {
        await Relay.DisposeAsync();
        await _database.DisposeAsync();
        await _cloud.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
