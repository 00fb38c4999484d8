using CloudKick.Fuzzing.Engine;
using CloudKick.Fuzzing.Mqtt;
using CloudKick.Fuzzing.Opi;
using CloudKick.Fuzzing.Relay;
using CloudKick.Mqtt;

namespace CloudKick.Fuzzing;

/// <summary>Everything that can be fuzzed, by name. Making a target may take what it needs: a directory, a broker, a database.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, Func<IFuzzTarget>> ByName = new()
    {
        ["mqtt-311"] = () => new MqttDecoderTarget(MqttProtocolVersion.V311),
        ["mqtt-5"] = () => new MqttDecoderTarget(MqttProtocolVersion.V5),
        ["mqtt-session"] = () => new BrokerSessionTarget(),
        ["mqtt-sockets"] = () => new BrokerSocketTarget(),
        ["opi-frames"] = () => new OpiFrameTarget(),
        ["opi-xml"] = () => new OpiXmlTarget(),
        ["json"] = () => new JsonBodyTarget(),
        ["csv"] = () => new CsvTarget(),
        ["headers"] = () => new HeaderTarget(),
        ["terminal-messages"] = () => new TerminalMessageTarget(),
        ["http"] = () => new HttpTarget(),
    };

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static IFuzzTarget Create(string name) => ByName[name]();
}
