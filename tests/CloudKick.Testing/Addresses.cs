namespace CloudKick.Testing;

/// <summary>Email addresses that nobody else has. Without digits: enough of them in a row may pass for a card number, which no address may have.</summary>
public static class Addresses
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";
    private const int Length = 16;

    /// <summary>An address that begins so.</summary>
    public static string New(string name) => $"{name}-{string.Concat(Random.Shared.GetItems<char>(Letters, Length))}@example.test";
}
