using System.CommandLine;

namespace CloudKick.Cli.CommandLine;

/// <summary>Options that several commands share, with one meaning each.</summary>
internal static class CommonOptions
{
    public static Option<string?> Data() => new("--data")
    {
        Description = "Work with the `cloudkick local` that has this data directory [default: the one that runs]",
        HelpName = "DIR",
    };

    public static Option<Uri?> Url(string description = "The relay's address [default: CLOUDKICK_URL, else the running `local`]") => new("--url")
    {
        Description = description,
        HelpName = "URL",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
                return url;
            result.AddError($"'{text}' is not an address such as http://localhost:5080.");
            return null;
        },
    };

    public static Option<string?> Key() => new("--key")
    {
        Description = "A merchant's API key [default: CLOUDKICK_API_KEY, else the running `local`'s]. Others on this machine can see a command line: prefer the variable",
        HelpName = "KEY",
    };

    public static Option<string?> OperatorKey() => new("--key")
    {
        Description = "A platform operator's API key [default: CLOUDKICK_ADMIN_KEY, else the running `local`'s]. Others on this machine can see a command line: prefer the variable",
        HelpName = "KEY",
    };

    public static Option<string?> Database() => new("--database")
    {
        Description = "Connection string, as the schema's owner [default: ConnectionStrings__CloudKickOwner, then ConnectionStrings__CloudKick, else the running `local`]",
        HelpName = "CONNECTION",
    };
}
