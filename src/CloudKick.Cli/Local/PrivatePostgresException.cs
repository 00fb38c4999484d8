namespace CloudKick.Cli.Local;

/// <summary>A private PostgreSQL is not to be had. The message is one line for the person at the keyboard: why, and what to do.</summary>
public sealed class PrivatePostgresException(string message, Exception? cause = null) : Exception(message, cause);
