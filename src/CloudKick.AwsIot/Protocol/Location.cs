namespace CloudKick.AwsIot.Protocol;

/// <summary>Where a member of a request travels.</summary>
internal enum Location
{
    /// <summary>In the JSON document that is the request's body.</summary>
    Body,

    /// <summary>As a segment of the path, percent-encoded, slashes included.</summary>
    Path,

    /// <summary>In the query string.</summary>
    Query,

    /// <summary>As an HTTP header.</summary>
    Header,

    /// <summary>It is the request's body, as it is.</summary>
    Payload,
}
