using NUnit.Framework.Interfaces;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>Wherever an experiment fails, in its preparation, half way or at the judgement, the seed and the command that repeats it are told.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class TellsSeedAttribute : Attribute, ITestAction
{
    private static readonly string Experiments = typeof(TellsSeedAttribute).Namespace!;

    public ActionTargets Targets => ActionTargets.Test | ActionTargets.Suite;

    public void BeforeTest(ITest test)
    {
    }

    public void AfterTest(ITest test)
    {
        var outcome = TestContext.CurrentContext.Result.Outcome;
        if (outcome.Status != TestStatus.Failed || !test.FullName.StartsWith(Experiments, StringComparison.Ordinal))
            return;
        var words = $"{test.FullName} failed. Seed {Run.Seed}. Again: {Run.Repeat(test)}";
        if (!test.IsSuite)
            TestContext.Out.WriteLine(words);
        // What failed before a fixture's tests or after them is no test's own.
        else if (test.TypeInfo is not null && outcome.Site is FailureSite.SetUp or FailureSite.TearDown)
            TestContext.Error.WriteLine(words);
    }
}
