using CloudKick.Faults.Tests.Experiments;

[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: TellsSeed]
