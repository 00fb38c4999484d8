using System.Text;
using CloudKick.Relay.Csv;

namespace CloudKick.Relay.Tests.Csv;

[CancelAfter(10_000)]
internal sealed class CsvTextTests
{
    [TestCase("", TestName = "UTF-8 is read")]
    [TestCase("\uFEFF", TestName = "A byte order mark is left out")]
    public async Task Text_is_read_as_it_stands(string mark)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(mark + "label\r\nÉclair €"));

        Assert.That(await CsvText.ReadAsync(file, CancellationToken.None), Is.EqualTo("label\r\nÉclair €"));
    }

    [TestCase(new byte[] { (byte)'a', 0xE9 }, TestName = "Windows-1252 is no UTF-8")]
    [TestCase(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'a', 0xE9, (byte)'b' }, TestName = "Nor is it behind a byte order mark")]
    [TestCase(new byte[] { 0xFF, 0xFE, (byte)'a', 0 }, TestName = "UTF-16 is no UTF-8")]
    public async Task No_byte_is_replaced_by_a_guess(byte[] bytes)
    {
        using var file = new MemoryStream(bytes);

        Assert.That(await CsvText.ReadAsync(file, CancellationToken.None), Is.Null);
    }
}
