using System.Reflection;
using Microsoft.Extensions.Logging;

namespace CloudKick.Tas.Tests;

internal sealed class TasLogTests
{
    [Test]
    public void Event_ids_are_unique_and_in_the_range_of_this_project()
    {
        var ids = typeof(TasLog).GetMethods(BindingFlags.Static | BindingFlags.Public)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId).OfType<int>().ToArray();

        Assert.That(ids, Is.Not.Empty.And.Unique.And.All.InRange(3000, 3999));
    }
}
