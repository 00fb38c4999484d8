using Amazon.Runtime;

namespace CloudKick.AwsIot.Control;

/// <summary>Whether a certificate that is attached to a thing may be attached to others too.</summary>
public sealed class ThingPrincipalType : ConstantClass
{
    /// <summary>To this thing alone; then AWS knows the thing whatever the client id is.</summary>
    public static readonly ThingPrincipalType EXCLUSIVE_THING = new("EXCLUSIVE_THING");

    /// <summary>To others too. AWS's default.</summary>
    public static readonly ThingPrincipalType NON_EXCLUSIVE_THING = new("NON_EXCLUSIVE_THING");

    /// <summary>For a value that is not listed here.</summary>
    public ThingPrincipalType(string value)
        : base(value)
    {
    }
}
