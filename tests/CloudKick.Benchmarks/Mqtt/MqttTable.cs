using System.Globalization;

namespace CloudKick.Benchmarks.Mqtt;

/// <summary>Medians over the rounds, and how our client compares with the other in the same round.</summary>
internal static class MqttTable
{
    private static readonly string[] Header = ["over", "", "messages/s", "p50 ms", "p99 ms", "CPU s/1,000: client", "broker", "alloc B/message"];

    public static string Format(IEnumerable<MqttMeasurement> measurements) => TextTable.Format(
        Header, measurements.GroupBy(measured => measured.Target).SelectMany(Rows));

    private static IEnumerable<string[]> Rows(IGrouping<string, MqttMeasurement> target)
    {
        var ours = target.Select(measured => measured.Ours).ToArray();
        var theirs = target.Select(measured => measured.Theirs).ToArray();
        yield return Row(target.Key, "CloudKick.Mqtt", ours, allocates: true);
        yield return Row(target.Key, "libmosquitto", theirs, allocates: false);
        yield return
        [
            "", "ratio", Ratio(run => run.MessagesPerSecond), Ratio(run => run.P50), Ratio(run => run.P99), Ratio(run => run.CpuSeconds / run.Messages),
            Ratio(run => run.BrokerCpuSeconds / run.Messages),
        ];
        yield return [];

        string Ratio(Func<PublishRun, double> figure) => Number(ours.Zip(theirs, (our, their) => figure(our) / figure(their)).Median(), "0.00");
    }

    private static string[] Row(string target, string name, PublishRun[] runs, bool allocates)
    {
        return
        [
            target,
            name,
            Middle("0", run => run.MessagesPerSecond),
            Middle("0.00", run => run.P50),
            Middle("0.00", run => run.P99),
            Middle("0.0000", run => run.CpuSeconds / run.Messages * 1000),
            Middle("0.0000", run => run.BrokerCpuSeconds / run.Messages * 1000),
            allocates ? Middle("0.0", run => run.AllocatedBytes / (double)run.Messages) : "-",
        ];

        string Middle(string format, Func<PublishRun, double> figure) => Number(runs.Select(figure).Median(), format);
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
