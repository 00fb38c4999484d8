namespace CloudKick.Benchmarks;

/// <summary>Ends a benchmark with a line for the person who runs it.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
