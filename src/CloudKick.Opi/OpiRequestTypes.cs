namespace CloudKick.Opi;

/// <summary>The request types spoken here. A message may carry any other; it is kept as it came.</summary>
public static class OpiRequestTypes
{
    /// <summary>Asks a terminal who it is and how it does (ServiceRequest).</summary>
    public const string GetStatus = "GetStatus";
}
