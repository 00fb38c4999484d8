namespace CloudKick.LocalCloud;

internal static class UnixTime
{
    /// <summary>As AWS's JSON protocols write a timestamp: seconds since 1970, with milliseconds.</summary>
    public static double ToUnixSeconds(this DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;
}
