using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;

namespace CloudKick.Cli.Relaying;

/// <summary>Which relay a command talks to, and as whom: options, then environment, then the <c>local</c> that runs.</summary>
internal sealed record RelayTarget(Uri Url, string Key)
{
    public const string UrlVariable = "CLOUDKICK_URL";
    public const string KeyVariable = "CLOUDKICK_API_KEY";

    private static readonly char[] Slash = ['/'];

    /// <exception cref="CliException">There is none, or no key for it.</exception>
    public static RelayTarget Resolve(RelayOptions options, ParseResult parsed, CommandContext context, Screen screen)
    {
        var url = parsed.GetValue(options.Url) ?? FromVariable(context);
        var key = parsed.GetValue(options.Key) ?? context.NonEmpty(KeyVariable);
        if (url is not null && key is not null)
            return new(url, key);

        var local = new RunningLocals(UserDirectory.Of(context)).Choose(parsed.GetValue(options.Data), screen);
        if (url is null && local is not null)
            return new(new Uri(local.RelayUrl), key ?? local.ApiKey);
        if (url is null)
            throw CliException.Unavailable(
                "No relay: none is named, and no `cloudkick local` is running.",
                $"Start one with `cloudkick local`, or name one with --url and --key ({UrlVariable}, {KeyVariable}).");
        // A local's key for exactly that local; never a key of ours for somebody else's address.
        if (local is not null && local.RelayUrl.TrimEnd(Slash) == url.AbsoluteUri.TrimEnd(Slash))
            return new(url, local.ApiKey);
        throw CliException.Usage($"No API key for {url}.", $"Give a merchant's key with --key or in {KeyVariable}.");
    }

    private static Uri? FromVariable(CommandContext context) => context.NonEmpty(UrlVariable) is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
        : throw CliException.Usage($"{UrlVariable} is '{text}', which is not an address such as http://localhost:5080.");
}

/// <summary>The options that <see cref="RelayTarget"/> is resolved from.</summary>
internal sealed record RelayOptions(Option<Uri?> Url, Option<string?> Key, Option<string?> Data)
{
    public static RelayOptions AddTo(Command command)
    {
        var options = new RelayOptions(CommonOptions.Url(), CommonOptions.Key(), CommonOptions.Data());
        command.Add(options.Url);
        command.Add(options.Key);
        command.Add(options.Data);
        return options;
    }
}
