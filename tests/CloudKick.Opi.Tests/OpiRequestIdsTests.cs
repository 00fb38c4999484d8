namespace CloudKick.Opi.Tests;

internal sealed class OpiRequestIdsTests
{
    [Test]
    public void Ids_count_from_one()
    {
        var ids = new OpiRequestIds();

        Assert.That(new[] { ids.Next(), ids.Next(), ids.Next() }, Is.EqualTo((string[])["1", "2", "3"]));
    }

    [Test]
    public void Ids_begin_again_after_nine_digits()
    {
        var ids = new OpiRequestIds(last: 999_999_998);

        Assert.That(new[] { ids.Next(), ids.Next() }, Is.EqualTo((string[])["999999999", "1"]));
    }
}
