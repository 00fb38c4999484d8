using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.Cli.Relaying;

namespace CloudKick.Cli.Users;

/// <summary>Where people reach the relay: what a link begins with. Nothing is asked there.</summary>
internal sealed record RelayAddress(Option<Uri?> Url)
{
    /// <summary>The relay's own setting for it, for commands that run with the relay's environment.</summary>
    public const string PublicUrlVariable = "CloudKick__Pages__PublicUrl";

    public static RelayAddress AddTo(Command command)
    {
        var options = new RelayAddress(CommonOptions.Url(
            $"Where people reach the relay, for the link [default: {PublicUrlVariable}, {RelayTarget.UrlVariable}, else the running `local`]"));
        command.Add(options.Url);
        return options;
    }

    /// <summary>Option, then environment, then the <c>local</c> whose database it is. Asked before a link is made: one that nobody can follow is of no use.</summary>
    /// <exception cref="CliException">There is none, or it is no address.</exception>
    public Uri Resolve(ParseResult parsed, CommandContext context, LocalState? local) =>
        parsed.GetValue(Url)
        ?? RelayTarget.FromVariable(context, PublicUrlVariable)
        ?? RelayTarget.FromVariable(context, RelayTarget.UrlVariable)
        ?? (local is null ? null : new Uri(local.RelayUrl))
        ?? throw CliException.Usage("Where do people reach the relay?", $"Say so with --url, e.g. https://kick.example.com, or in {PublicUrlVariable}.");
}
