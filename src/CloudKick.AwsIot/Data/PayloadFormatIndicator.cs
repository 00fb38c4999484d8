using Amazon.Runtime;

namespace CloudKick.AwsIot.Data;

/// <summary>What a payload is (MQTT 5.0 §3.3.2.3.2).</summary>
public sealed class PayloadFormatIndicator : ConstantClass
{
    /// <summary>Bytes of any kind.</summary>
    public static readonly PayloadFormatIndicator UNSPECIFIED_BYTES = new("UNSPECIFIED_BYTES");

    /// <summary>Text in UTF-8.</summary>
    public static readonly PayloadFormatIndicator UTF8_DATA = new("UTF8_DATA");

    /// <summary>For a value that is not listed here.</summary>
    public PayloadFormatIndicator(string value)
        : base(value)
    {
    }
}
