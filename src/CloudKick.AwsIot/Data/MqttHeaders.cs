using System.Text;

namespace CloudKick.AwsIot.Data;

/// <summary>MQTT 5 properties as HTTP headers.</summary>
internal static class MqttHeaders
{
    /// <summary>A member that the model calls a JSON value travels in base64.</summary>
    public static string? Encode(string? json) => json is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(json));
}
