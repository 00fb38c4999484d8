namespace CloudKick.AwsIot.Protocol;

/// <summary>A request, an answer or a structure in one, whatever its type.</summary>
internal interface IShape
{
    /// <summary>In the order in which they were named.</summary>
    IEnumerable<ShapeMember> Members { get; }
}

/// <summary>A member of a shape.</summary>
/// <param name="Name">As in AWS's service model.</param>
/// <param name="Type">string, number, boolean, timestamp, blob, list&lt;…&gt;, map&lt;…&gt; or the structure's name.</param>
/// <param name="In">Where it travels.</param>
/// <param name="Wire">What it is called there: the parameter, the header.</param>
/// <param name="Part">What a structure, or a list's elements, are made of.</param>
internal abstract record ShapeMember(string Name, string Type, Location In, string Wire, IShape? Part);
