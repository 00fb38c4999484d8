namespace CloudKick.Benchmarks.Mqtt;

/// <summary>Both clients over the same way, one right after the other.</summary>
internal sealed record MqttMeasurement(string Target, int Round, PublishRun Ours, PublishRun Theirs);
