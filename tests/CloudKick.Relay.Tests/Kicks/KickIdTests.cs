using CloudKick.Relay.Kicks;

namespace CloudKick.Relay.Tests.Kicks;

internal sealed class KickIdTests
{
    [Test]
    public void Written_id_is_read_back()
    {
        for (var i = 0; i < 1000; i++)
        {
            var id = new KickId(Guid.CreateVersion7());

            Assert.That(KickId.TryParse(id.ToString(), out var read) ? read : default, Is.EqualTo(id));
        }
    }

    [TestCase("00000000-0000-0000-0000-000000000000", "kck_00000000000000000000000000")]
    [TestCase("ffffffff-ffff-ffff-ffff-ffffffffffff", "kck_7ZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [TestCase("01934b2e-0000-7000-8000-000000000001", "kck_01JD5JW000E008000000000001")]
    public void Id_is_written_in_base_32(string value, string written) =>
        Assert.That(new KickId(Guid.Parse(value)).ToString(), Is.EqualTo(written));

    [Test]
    public void Later_ids_sort_behind_earlier_ones()
    {
        var start = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
        var ids = Enumerable.Range(0, 100).Select(i => new KickId(Guid.CreateVersion7(start.AddSeconds(i))).ToString()).ToList();

        Assert.That(ids, Is.Ordered.Using<string>(StringComparer.Ordinal));
    }

    [TestCase("")]
    [TestCase("kck_")]
    [TestCase("kck_0000000000000000000000000")]
    [TestCase("kck_000000000000000000000000000")]
    [TestCase("kck_8ZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [TestCase("kck_0000000000000000000000000U")]
    [TestCase("kck_0000000000000000000000000é")]
    [TestCase("kck_0000000000000000000000000ſ", Description = "an s to those who look at letters, not at ASCII")]
    [TestCase("KCK_00000000000000000000000000")]
    [TestCase(" kck_00000000000000000000000000")]
    [TestCase("kck_0000000000000000000000000/")]
    public void Anything_else_is_no_id(string text) => Assert.That(KickId.TryParse(text, out _), Is.False);
}
