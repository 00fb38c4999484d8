namespace CloudKick.Cli.Local;

/// <summary>
/// The user that PostgreSQL runs as. It refuses to run as root, so as root it is <c>postgres</c> if there is such a user, else
/// <c>nobody</c>; otherwise it is ourselves.
/// </summary>
/// <param name="Name">The user's name; null for ourselves.</param>
/// <param name="Uid">Its number.</param>
/// <param name="Gid">Its group's number.</param>
internal sealed record ServerUser(string? Name, string Uid, string Gid)
{
    public static ServerUser Ourselves { get; } = new(null, "", "");

    public static ServerUser Choose() => Environment.IsPrivilegedProcess
        ? FromPasswd(File.ReadAllLines("/etc/passwd"))
            ?? throw new PrivatePostgresException("PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as: add one, or run CloudKick as an ordinary user.")
        : Ourselves;

    public static ServerUser? FromPasswd(IEnumerable<string> lines)
    {
        var users =
            from line in lines
            let fields = line.Split(':')
            where fields.Length >= 4 && fields[0] is "postgres" or "nobody"
            orderby fields[0] descending // postgres before nobody
            select new ServerUser(fields[0], fields[2], fields[3]);
        return users.FirstOrDefault();
    }

    /// <summary>The command, run as this user: same standard input, and where the tool allows it the same process.</summary>
    public IReadOnlyList<string> Wrap(IReadOnlyList<string> command)
    {
        if (Name is null)
            return command;
        if (CommandRun.Find("setpriv") is { } setpriv)
            return [setpriv, $"--reuid={Uid}", $"--regid={Gid}", "--clear-groups", "--", .. command];
        if (CommandRun.Find("runuser") is { } runuser)
            return [runuser, "-u", Name, "--", .. command];
        if (CommandRun.Find("su") is { } su)
            return [su, "-s", "/bin/sh", Name, "-c", "exec " + string.Join(' ', command.Select(Quote))];
        throw new PrivatePostgresException($"PostgreSQL does not run as root, and none of setpriv, runuser and su is here to run it as `{Name}`: run CloudKick as an ordinary user.");
    }

    private static string Quote(string word) => "'" + word.Replace("'", @"'\''", StringComparison.Ordinal) + "'";
}
