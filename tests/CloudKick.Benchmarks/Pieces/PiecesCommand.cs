using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace CloudKick.Benchmarks.Pieces;

/// <summary><c>pieces</c>: BenchmarkDotNet on the codec and on the pieces of a kick's way.</summary>
internal static class PiecesCommand
{
    public static Command Create()
    {
        var precise = new Option<bool>("--precise") { Description = "As many iterations as BenchmarkDotNet thinks right, instead of three" };
        var command = new Command("pieces", "Time and bytes of the MQTT codec and of each piece of a kick's way, by BenchmarkDotNet.") { precise };
        command.SetAction(parsed => Run(parsed.GetValue(precise)));
        return command;
    }

    private static void Run(bool precise)
    {
        var artifacts = Directory.CreateTempSubdirectory("cloudkick-benchmark-");
        try
        {
            using var progress = new StreamLogger(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true });
            // In this process: no project is generated and built, so that it needs no SDK and nothing from a package registry.
            var job = (precise ? Job.Default : Job.ShortRun).WithToolchain(InProcessEmitToolchain.Instance);
            var configuration = ManualConfig.CreateEmpty()
                .AddJob(job)
                .AddLogger(progress)
                .AddDiagnoser(MemoryDiagnoser.Default)
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .HideColumns(StatisticColumn.Error, StatisticColumn.StdDev)
                .WithArtifactsPath(artifacts.FullName);
            foreach (var summary in BenchmarkRunner.Run([typeof(CodecBenchmarks), typeof(KickPieceBenchmarks)], configuration))
                MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Default);
        }
        finally
        {
            artifacts.Delete(recursive: true);
        }
    }
}
