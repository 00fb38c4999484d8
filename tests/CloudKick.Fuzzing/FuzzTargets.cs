using CloudKick.Fuzzing.Engine;
using CloudKick.Fuzzing.Mqtt;
using CloudKick.Fuzzing.Opi;
using CloudKick.Fuzzing.Relay;
using CloudKick.Mqtt;

namespace CloudKick.Fuzzing;

/// <summary>Everything that can be fuzzed, by name. Making a target may take what it needs: a directory, a broker, a database.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, Func<Task<IFuzzTarget>>> ByName = new()
    {
        ["mqtt-311"] = () => Made(new MqttDecoderTarget(MqttProtocolVersion.V311)),
        ["mqtt-5"] = () => Made(new MqttDecoderTarget(MqttProtocolVersion.V5)),
        ["mqtt-session"] = () => Made(new BrokerSessionTarget()),
        ["mqtt-sockets"] = BrokerSocketTarget.StartAsync,
        ["opi-frames"] = () => Made(new OpiFrameTarget()),
        ["opi-xml"] = () => Made(new OpiXmlTarget()),
        ["json"] = () => Made(new JsonBodyTarget()),
        ["csv"] = () => Made(new CsvTarget()),
        ["headers"] = () => Made(new HeaderTarget()),
        ["terminal-messages"] = () => Made(new TerminalMessageTarget()),
        ["http"] = HttpTarget.StartAsync,
    };

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static Task<IFuzzTarget> CreateAsync(string name) => ByName[name]();

    private static Task<IFuzzTarget> Made(IFuzzTarget target) => Task.FromResult(target);
}
