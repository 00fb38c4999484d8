using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Database;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using Npgsql;

namespace CloudKick.Cli.Users;

/// <summary>
/// <c>cloudkick user</c>: who may sign in, for operators with a login at the database. It is how the first one gets in: every other way
/// to invite somebody needs somebody who is signed in.
/// </summary>
internal static class UserCommands
{
    public static Command Create(CommandContext context) =>
        new("user", "The people who sign in, a merchant's or the platform's; on the database") { Invite(context), Reset(context), List(context) };

    private static Command Invite(CommandContext context)
    {
        var owner = OwnerOptions.Of("Of the platform instead of a merchant");
        var email = new Option<string>("--email") { Description = "What they will sign in with", HelpName = "ADDRESS", Required = true };
        var name = new Option<string>("--name") { Description = "What people call them", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var role = new Option<string?>("--role")
        {
            Description = $"What they may do: {string.Join(", ", Roles.OfMerchants)}; with --platform {string.Join(", ", Roles.OfPlatform)} "
                + $"[default: {Roles.Admin}; with --platform {Roles.PlatformOperator}]",
            HelpName = "ROLE",
        };
        role.AcceptOnlyFromAmong([.. Roles.All]);
        var command = new Command("invite", "Invite somebody: prints a link, good once, with which they choose a password") { owner.Merchant, owner.Platform, email, name, role };
        var place = RelayAddress.AddTo(command);
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var target = database.Resolve(parsed, context, screen);
            var relay = place.Resolve(parsed, context, target.Local);
            await using var dataSource = NpgsqlDataSource.Create(target.ConnectionString);
            var tenants = new TenantDatabase(dataSource);
            var merchant = await owner.ResolveAsync(parsed, tenants, context.TimeProvider, target.Local, cancellationToken);
            var wanted = new NewUser(
                merchant, parsed.GetRequiredValue(email).Trim(), parsed.GetValue(role) ?? (merchant is null ? Roles.PlatformOperator : Roles.Admin),
                parsed.GetRequiredValue(name).Trim());
            var link = await InviteAsync(new UserRegistry(tenants), wanted, cancellationToken);
            Show(screen, relay, link, "They choose a password there, and sign in with it");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Reset(CommandContext context)
    {
        var owner = OwnerOptions.Of("Somebody of the platform instead of a merchant's");
        var email = new Argument<string>("ADDRESS") { Description = "What they sign in with" };
        var secondFactor = new Option<bool>("--second-factor") { Description = "Take their second factor away too, and end their sessions: they have lost it" };
        var command = new Command("reset", "Make a link, good once, with which somebody chooses a new password; a new invitation when they never had one")
        {
            email, owner.Merchant, owner.Platform, secondFactor,
        };
        var place = RelayAddress.AddTo(command);
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var target = database.Resolve(parsed, context, screen);
            var relay = place.Resolve(parsed, context, target.Local);
            await using var dataSource = NpgsqlDataSource.Create(target.ConnectionString);
            var tenants = new TenantDatabase(dataSource);
            var merchant = await owner.ResolveAsync(parsed, tenants, context.TimeProvider, target.Local, cancellationToken);
            var registry = new UserRegistry(tenants);
            var user = await registry.FindAsync(merchant, parsed.GetRequiredValue(email).Trim(), cancellationToken);
            var lifetime = user is { HasPassword: true } ? UserRegistry.UsualResetLifetime : UserRegistry.UsualInvitationLifetime;
            var link = user is null
                ? null
                : await registry.ResetAsync(merchant, user.UserId, parsed.GetValue(secondFactor), lifetime, Actor.Cli, cancellationToken);
            if (link is null)
                throw new CliException(ExitCode.Refused, $"Nobody here has the address {parsed.GetRequiredValue(email)}.", "`cloudkick user list` shows who there is.", "user-not-found");
            Show(screen, relay, link, link.User.HasPassword ? "Until it is used, the old password is good" : "They choose a password there, and sign in with it");
            if (link.User.DisabledAt is not null)
                screen.Note("They are disabled: the link is of use once an administrator enables them.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var owner = OwnerOptions.Of("The platform's people instead of a merchant's");
        var command = new Command("list", "Show a merchant's people, or the platform's") { owner.Merchant, owner.Platform };
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var target = database.Resolve(parsed, context, screen);
            await using var dataSource = NpgsqlDataSource.Create(target.ConnectionString);
            var tenants = new TenantDatabase(dataSource);
            var merchant = await owner.ResolveAsync(parsed, tenants, context.TimeProvider, target.Local, cancellationToken);
            screen.List(
                await new UserRegistry(tenants).ListAllAsync(merchant, cancellationToken),
                none: "Nobody: `cloudkick user invite` invites somebody.",
                ["ADDRESS", "NAME", "ROLE", "STATE", "SECOND FACTOR", "LAST SIGNED IN"],
                user =>
                [
                    user.Email, user.Name, user.Role, user.DisabledAt is not null ? "disabled" : user.HasPassword ? "active" : "invited",
                    user.HasSecondFactor ? "yes" : "no", Moments.Show(user.SignedInAt),
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<OneTimeLink> InviteAsync(UserRegistry registry, NewUser wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.InviteAsync(wanted, UserRegistry.UsualInvitationLifetime, Actor.Cli, cancellationToken)
                ?? throw new CliException(
                    ExitCode.Refused, $"Somebody signs in with {wanted.Email} already.", "`cloudkick user reset` makes a new link for them.", "email-taken");
        }
        catch (ArgumentException unfit)
        {
            throw CliException.Usage(unfit);
        }
    }

    private static void Show(Screen screen, Uri relay, OneTimeLink link, string then)
    {
        var address = relay.AbsoluteUri.TrimEnd('/') + link.Path;
        screen.Result(
            new { link = address, link.EndsAt, link.User.UserId, link.User.MerchantId, link.User.Email, link.User.Name, link.User.Role },
            _ =>
            {
                screen.Unwrapped(address);
                screen.Note($"For {link.User.Email} ({link.User.Role}), good once, until {Moments.Show(link.EndsAt)}. {then}. It cannot be shown again.");
            });
    }
}
