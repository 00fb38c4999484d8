namespace CloudKick.Terminal;

/// <summary>How far a fleet's start has come.</summary>
/// <param name="Total">Terminals in all.</param>
/// <param name="Started">Those that are started.</param>
/// <param name="Failed">Those that were given up.</param>
/// <param name="LastFailure">The last thing that went wrong, in words; it may have been tried again since.</param>
public sealed record FleetProgress(int Total, int Started, int Failed, string? LastFailure);

/// <summary>A terminal that could not be started.</summary>
/// <param name="TerminalId">The terminal.</param>
/// <param name="Cause">Why, in words.</param>
public sealed record FleetFailure(string TerminalId, string Cause);
