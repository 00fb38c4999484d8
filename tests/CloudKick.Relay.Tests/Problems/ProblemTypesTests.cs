using System.Reflection;
using CloudKick.Relay.Problems;

namespace CloudKick.Relay.Tests.Problems;

internal sealed class ProblemTypesTests
{
    [Test]
    public void All_lists_every_type()
    {
        var fields = typeof(ProblemTypes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(ProblemType))
            .Select(field => field.GetValue(null));

        Assert.That(ProblemTypes.All, Is.EquivalentTo(fields));
    }

    [Test]
    public void Codes_are_unique_and_kebab_case()
    {
        Assert.That(ProblemTypes.All.Select(problem => problem.Code), Is.Unique.And.All.Match("^[a-z0-9]+(-[a-z0-9]+)*$"));
    }
}
