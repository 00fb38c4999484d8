using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using Npgsql;

namespace CloudKick.Cli.Database;

/// <summary>The options that say which database an operator's command works on.</summary>
internal sealed record DatabaseChoice(Option<string?> Connection, Option<string?> Data)
{
    public const string OwnerVariable = "ConnectionStrings__CloudKickOwner";
    public const string Variable = "ConnectionStrings__CloudKick";

    public static DatabaseChoice AddTo(Command command)
    {
        var options = new DatabaseChoice(CommonOptions.Database(), CommonOptions.Data());
        command.Add(options.Connection);
        command.Add(options.Data);
        return options;
    }

    /// <summary>Option, then environment, then the <c>local</c> that runs.</summary>
    /// <exception cref="CliException">There is none, or it cannot be read.</exception>
    public DatabaseTarget Resolve(ParseResult parsed, CommandContext context, Screen screen)
    {
        var named = parsed.GetValue(Connection) ?? context.NonEmpty(OwnerVariable) ?? context.NonEmpty(Variable);
        var local = named is null ? new RunningLocals(UserDirectory.Of(context)).Choose(parsed.GetValue(Data), screen) : null;
        var connectionString = named ?? local?.Database ?? throw CliException.Unavailable(
            "No database: none is named, and no `cloudkick local` is running.",
            $"Name one with --database or {Variable}, e.g. Host=localhost;Database=cloudkick;Username=…;Password=…");
        try
        {
            return new(new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "cloudkick-cli" }.ConnectionString, local);
        }
        catch (ArgumentException unreadable)
        {
            throw CliException.Usage(
                $"The connection string cannot be read: {unreadable.Message}",
                "It looks like Host=localhost;Database=cloudkick;Username=…;Password=…");
        }
    }
}

/// <summary>The database that a command works on.</summary>
/// <param name="ConnectionString">For its owner.</param>
/// <param name="Local">The <c>local</c> that it belongs to; null when it was named.</param>
internal sealed record DatabaseTarget(string ConnectionString, LocalState? Local);
