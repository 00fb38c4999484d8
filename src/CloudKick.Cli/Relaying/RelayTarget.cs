using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;

namespace CloudKick.Cli.Relaying;

/// <summary>Which relay a command talks to, and as whom: options, then environment, then the <c>local</c> that runs.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Key">The API key.</param>
/// <param name="Local">The <c>local</c> that it is, when its key came from there.</param>
internal sealed record RelayTarget(Uri Url, string Key, LocalState? Local = null)
{
    public const string UrlVariable = "CLOUDKICK_URL";
    public const string KeyVariable = "CLOUDKICK_API_KEY";
    public const string OperatorKeyVariable = "CLOUDKICK_ADMIN_KEY";

    private const string MerchantPath = "v1";
    private const string OperatorPath = "v1/admin";

    private static readonly char[] Slash = ['/'];

    /// <summary>As a merchant.</summary>
    /// <exception cref="CliException">There is none, or no key for it.</exception>
    public static RelayTarget Resolve(RelayOptions options, ParseResult parsed, CommandContext context, Screen screen) =>
        Resolve(options, KeyVariable, "a merchant's key", local => local.ApiKey, parsed, context, screen);

    /// <summary>As a platform operator.</summary>
    /// <exception cref="CliException">There is none, or no key for it.</exception>
    public static RelayTarget ResolveOperator(RelayOptions options, ParseResult parsed, CommandContext context, Screen screen) =>
        Resolve(options, OperatorKeyVariable, "a platform operator's key", local => local.AdminKey, parsed, context, screen);

    /// <summary>As a merchant where a merchant's key is given, else as an operator; with the beginning of that one's paths.</summary>
    /// <exception cref="CliException">There is none, or no key for it.</exception>
    public static (RelayTarget Target, string Path) ResolveAny(RelayOptions options, ParseResult parsed, CommandContext context, Screen screen) =>
        parsed.GetValue(options.Key) is not null || context.NonEmpty(KeyVariable) is not null
            ? (Resolve(options, parsed, context, screen), MerchantPath)
            : (ResolveOperator(options, parsed, context, screen), OperatorPath);

    /// <summary>A <c>local</c>'s operator.</summary>
    public static RelayTarget OperatorOf(LocalState local) => new(new Uri(local.RelayUrl), local.AdminKey, local);

    /// <summary>The relay's address that a variable holds; null when it holds none.</summary>
    /// <exception cref="CliException">It holds something else.</exception>
    public static Uri? FromVariable(CommandContext context, string variable) => context.NonEmpty(variable) is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
        : throw CliException.Usage($"{variable} is '{text}', which is not an address such as http://localhost:5080.");

    private static RelayTarget Resolve(
        RelayOptions options, string keyVariable, string keyKind, Func<LocalState, string> keyOf, ParseResult parsed, CommandContext context, Screen screen)
    {
        var url = parsed.GetValue(options.Url) ?? FromVariable(context, UrlVariable);
        var key = parsed.GetValue(options.Key) ?? context.NonEmpty(keyVariable);
        if (url is not null && key is not null)
            return new(url, key);

        var local = new RunningLocals(UserDirectory.Of(context)).Choose(parsed.GetValue(options.Data), screen);
        if (url is null && local is not null)
            return new(new Uri(local.RelayUrl), key ?? keyOf(local), local);
        if (url is null)
            throw CliException.Unavailable(
                "No relay: none is named, and no `cloudkick local` is running.",
                $"Start one with `cloudkick local`, or name one with --url and --key ({UrlVariable}, {keyVariable}).");
        // A local's key for exactly that local; never a key of ours for somebody else's address.
        if (local is not null && local.RelayUrl.TrimEnd(Slash) == url.AbsoluteUri.TrimEnd(Slash))
            return new(url, keyOf(local), local);
        throw CliException.Usage($"No API key for {url}.", $"Give {keyKind} with --key or in {keyVariable}.");
    }
}

/// <summary>The options that <see cref="RelayTarget"/> is resolved from.</summary>
internal sealed record RelayOptions(Option<Uri?> Url, Option<string?> Key, Option<string?> Data)
{
    /// <summary>For commands that a merchant gives.</summary>
    public static RelayOptions AddTo(Command command) => AddTo(command, CommonOptions.Key());

    /// <summary>For commands that a platform operator gives.</summary>
    public static RelayOptions AddOperatorTo(Command command) => AddTo(command, CommonOptions.OperatorKey());

    private static RelayOptions AddTo(Command command, Option<string?> key)
    {
        var options = new RelayOptions(CommonOptions.Url(), key, CommonOptions.Data());
        command.Add(options.Url);
        command.Add(options.Key);
        command.Add(options.Data);
        return options;
    }
}
