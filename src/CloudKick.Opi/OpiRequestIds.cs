using System.Globalization;

namespace CloudKick.Opi;

/// <summary>
/// Gives the request ids of one connection: unsigned decimal numbers of at most nine digits, which is
/// what the Dutch dialect takes. Starts at 1 and begins again after 999999999. Thread-safe.
/// </summary>
public sealed class OpiRequestIds
{
    private const uint Maximum = 999_999_999;

    private uint _last;

    /// <summary>Begins at 1.</summary>
    public OpiRequestIds()
    {
    }

    internal OpiRequestIds(uint last) => _last = last;

    /// <summary>The next id.</summary>
    public string Next() => ((Interlocked.Increment(ref _last) - 1) % Maximum + 1).ToString(CultureInfo.InvariantCulture);
}
