using CloudKick.Faults.Judging;

namespace CloudKick.Faults.Tests.Judging;

internal sealed class ResourceTrendTests
{
    private const int Minutes = 20;

    [Test]
    public void Memory_that_fills_up_and_stays_is_flat()
    {
        var trend = Run(minute => Math.Min(200, 100 + (20 * minute)), _ => 300);

        Assert.That(trend.IsFlat, Is.True, trend.ToString());
        Assert.That(trend.MegabytesPerMinute, Is.EqualTo(0).Within(0.01));
        Assert.That(trend.CanTell, Is.True);
    }

    [Test]
    public void Memory_that_grows_is_not_flat_whatever_it_does_on_its_way()
    {
        var trend = Run(minute => 100 + (1.5 * minute) + (10 * Math.Sin(minute * 7)), _ => 300);

        Assert.That(trend.IsFlat, Is.False, trend.ToString());
        Assert.That(trend.MegabytesPerMinute, Is.EqualTo(1.5).Within(0.6));
    }

    [Test]
    public void Files_that_are_not_closed_are_not_flat()
    {
        var trend = Run(_ => 100, minute => 300 + (int)(3 * minute));

        Assert.That(trend.IsFlat, Is.False, trend.ToString());
    }

    [Test]
    public void Files_that_come_and_go_are_flat() => Assert.That(Run(_ => 100, minute => 300 + (int)(40 * minute % 80)).IsFlat, Is.True);

    [Test]
    public void Short_run_says_nothing()
    {
        var trend = new ResourceTrend();
        for (var second = 0; second < 60; second++)
            trend.Add(TimeSpan.FromSeconds(second), 100_000_000, 300);

        Assert.That(trend.CanTell, Is.False);
    }

    private static ResourceTrend Run(Func<double, double> megabytes, Func<double, int> files)
    {
        var trend = new ResourceTrend();
        for (var minute = 0.0; minute <= Minutes; minute += 0.25)
            trend.Add(TimeSpan.FromMinutes(minute), (long)(1e6 * megabytes(minute)), files(minute));
        return trend;
    }
}
