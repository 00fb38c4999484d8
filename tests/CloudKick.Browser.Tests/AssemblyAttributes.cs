[assembly: Parallelizable(ParallelScope.Fixtures)]
// A browser each: two at a time is what a small machine can do in the tests' time.
[assembly: LevelOfParallelism(2)]
