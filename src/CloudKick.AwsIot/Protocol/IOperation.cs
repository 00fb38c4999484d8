namespace CloudKick.AwsIot.Protocol;

/// <summary>An operation whatever its types: what a comparison with AWS's service model looks at.</summary>
internal interface IOperation
{
    /// <summary>As in the model.</summary>
    string Name { get; }

    /// <summary>HTTP method.</summary>
    string Method { get; }

    /// <summary>With <c>{member}</c> for each label.</summary>
    string Path { get; }

    /// <summary>The request.</summary>
    IShape Input { get; }

    /// <summary>The answer.</summary>
    IShape Output { get; }

    /// <summary>The errors of its service.</summary>
    ServiceErrors Errors { get; }
}
