using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Database;
using CloudKick.Cli.Merchants;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;
using Npgsql;
using Spectre.Console;

namespace CloudKick.Cli.Keys;

/// <summary><c>cloudkick api-key</c>: the keys of merchants and of platform operators, for operators with a login at the database.</summary>
internal static class ApiKeyCommands
{
    public static Command Create(CommandContext context) =>
        new("api-key", "The API keys of merchants and platform operators, on the database") { CreateKey(context), List(context), Revoke(context) };

    private static Command CreateKey(CommandContext context)
    {
        var merchant = MerchantChoice.Option();
        var platform = Platform();
        var environment = new Option<string>("--environment") { Description = "The word in the key that tells people where it belongs, a-z and 0-9", HelpName = "WORD", DefaultValueFactory = _ => "test" };
        var label = new Option<string>("--label") { Description = "What to call it", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var scopes = new Option<string[]>("--scope")
        {
            Description = $"What it may do; may be given several times of {string.Join(", ", Scopes.OfMerchants)} [default: what a till needs, the first {Scopes.OfTills.Count}]",
            HelpName = "SCOPE", AllowMultipleArgumentsPerToken = true,
        };
        scopes.AcceptOnlyFromAmong([.. Scopes.OfMerchants]);
        var expires = Moments.Option("--expires", "When it stops working, e.g. 2027-01-01T00:00:00Z [default: never]");
        var command = new Command("create", "Make a key; it is shown once") { merchant, platform, environment, label, scopes, expires };
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var target = database.Resolve(parsed, context, screen);
            await using var dataSource = NpgsqlDataSource.Create(target.ConnectionString);
            var tenants = new TenantDatabase(dataSource);
            var owner = parsed.GetValue(platform)
                ? null
                : await new MerchantRegistry(tenants, context.TimeProvider).ResolveAsync(parsed.GetValue(merchant), target.Local, cancellationToken);
            var wanted = new NewApiKey(
                owner is null ? null : new MerchantId(owner.MerchantId),
                parsed.GetRequiredValue(environment),
                parsed.GetRequiredValue(label),
                owner is null ? [Scopes.PlatformAdmin] : parsed.GetValue(scopes) is { Length: > 0 } chosen ? chosen : Scopes.OfTills,
                parsed.GetValue(expires));
            var created = await CreateAsync(new ApiKeys(tenants), wanted, cancellationToken);
            screen.Result(
                new { created.Token, created.Key.KeyId, created.Key.MerchantId, created.Key.Environment, created.Key.Label, created.Key.Scopes, created.Key.ExpiresAt },
                people =>
                {
                    people.WriteLine(created.Token);
                    screen.Note($"For {owner?.Name ?? "the platform's operators"}: {string.Join(", ", created.Key.Scopes)}. Keep it now: it cannot be shown again.");
                });
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var merchant = MerchantChoice.Option();
        var platform = Platform();
        var command = new Command("list", "Show a merchant's keys, or the platform operators'") { merchant, platform };
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var target = database.Resolve(parsed, context, screen);
            await using var dataSource = NpgsqlDataSource.Create(target.ConnectionString);
            var tenants = new TenantDatabase(dataSource);
            var owner = await new MerchantRegistry(tenants, context.TimeProvider).OwnerAsync(
                parsed.GetValue(platform), parsed.GetValue(merchant), target.Local, cancellationToken);
            screen.List(
                await new ApiKeys(tenants).ListAllAsync(owner, cancellationToken),
                none: "No keys: `cloudkick api-key create` makes one.",
                ["KEY ID", "ENVIRONMENT", "SCOPES", "CREATED", "EXPIRES", "LAST USED", "REVOKED", "REPLACED BY", "LABEL"],
                key =>
                [
                    key.KeyId, key.Environment, string.Join(' ', key.Scopes), Moments.Show(key.CreatedAt), Moments.Show(key.ExpiresAt),
                    Moments.Show(key.LastUsedAt), Moments.Show(key.RevokedAt), key.ReplacedBy ?? "-", key.Label,
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Revoke(CommandContext context)
    {
        var keyId = new Argument<string>("KEY_ID") { Description = "The key's id, the third part of ck_<environment>_<id>_<secret>; the whole key will do" };
        var command = new Command("revoke", "Make a key stop working, on every node within 5 seconds; for good") { keyId };
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            await using var dataSource = NpgsqlDataSource.Create(database.Resolve(parsed, context, screen).ConnectionString);
            var given = parsed.GetRequiredValue(keyId);
            var id = given.Split('_') is ["ck", _, var part, ..] ? part : given;
            var key = await new ApiKeys(new TenantDatabase(dataSource)).RevokeAsync(id, Actor.Cli, cancellationToken)
                ?? throw new CliException(ExitCode.Refused, $"There is no key with the id {id}.", "`cloudkick api-key list` shows them.", "api-key-not-found");
            screen.Result(key, people => people.WriteLine($"{key.KeyId} is revoked since {Moments.Show(key.RevokedAt)}."));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<CreatedApiKey> CreateAsync(ApiKeys keys, NewApiKey wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await keys.CreateAsync(wanted, Actor.Cli, cancellationToken)
                ?? throw new CliException(ExitCode.Refused, $"There is no merchant {wanted.Merchant}.", code: "merchant-not-found");
        }
        catch (ArgumentException unfit)
        {
            throw CliException.Usage(unfit);
        }
    }

    private static Option<bool> Platform() => new("--platform") { Description = "A platform operator's key, for /v1/admin, instead of a merchant's" };
}
