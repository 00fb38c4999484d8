namespace CloudKick.Cli.Whitelist;

/// <summary>What the API says of one terminal on the whitelist.</summary>
internal sealed record WhitelistEntry(string TerminalId, string Label, DateTimeOffset? EnabledUntil, bool Active, bool Registered);

/// <summary>What an import did.</summary>
internal sealed record WhitelistImportReport(bool DryRun, int Created, int Updated, int Unchanged, IReadOnlyList<WhitelistImportLine> Lines);

/// <summary>What became of one line of it.</summary>
internal sealed record WhitelistImportLine(int Line, string TerminalId, string Effect, bool Registered);
