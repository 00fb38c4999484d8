namespace CloudKick.Opi;

/// <summary>The bounds within which documents are read, whatever the peer.</summary>
public static class OpiLimits
{
    /// <summary>The longest document, in bytes, and so the largest body of a frame: 256 KiB.</summary>
    public const int DocumentLength = 256 * 1024;

    /// <summary>The deepest nesting of elements; the root is depth 1.</summary>
    public const int Depth = 32;
}
