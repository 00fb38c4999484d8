using System.Text;

namespace CloudKick.Terminal.Tests;

internal sealed class KickMessageTests
{
    private const string Kick = """
        {"v":1,"kick":"kck_01JD0000000000000000000000","cmd":"connect","terminal":"NL000123","tas":{"host":"tas.example","port":5555,"tls":true},"protocol":"OPI_NL","iat":1795250000,"exp":1795250030}
        """;

    [Test]
    public void Kick_is_read()
    {
        var kick = Read(Kick)!;

        Assert.That(kick.Version, Is.EqualTo(1));
        Assert.That(kick.KickId, Is.EqualTo("kck_01JD0000000000000000000000"));
        Assert.That(kick.Command, Is.EqualTo("connect"));
        Assert.That(kick.TerminalId, Is.EqualTo("NL000123"));
        Assert.That(kick.Tas, Is.EqualTo(new KickMessage.TasAddress { Host = "tas.example", Port = 5555, Tls = true }));
        Assert.That(kick.Protocol, Is.EqualTo("OPI_NL"));
        Assert.That(kick.IssuedAt, Is.EqualTo(1795250000));
        Assert.That(kick.Deadline, Is.EqualTo(DateTimeOffset.FromUnixTimeSeconds(1795250030)));
    }

    [Test]
    public void Members_of_later_versions_are_passed_over() =>
        Assert.That(Read(Kick.Replace("\"v\":1", "\"v\":1,\"later\":{\"a\":[1]}", StringComparison.Ordinal)), Is.EqualTo(Read(Kick)));

    [Test]
    public void Tls_is_off_unless_said() =>
        Assert.That(Read(Kick.Replace(",\"tls\":true", "", StringComparison.Ordinal))!.Tas.Tls, Is.False);

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("hello")]
    public void What_is_no_kick_is_not_read(string payload) => Assert.That(Read(payload), Is.Null);

    [TestCase("\"v\":1,", "")]
    [TestCase("\"kick\":\"kck_01JD0000000000000000000000\",", "")]
    [TestCase("\"cmd\":\"connect\",", "")]
    [TestCase("\"terminal\":\"NL000123\"", "\"terminal\":null")]
    [TestCase("\"tas\":{\"host\":\"tas.example\",\"port\":5555,\"tls\":true}", "\"tas\":null")]
    [TestCase("tas.example", "")]
    [TestCase("5555", "0")]
    [TestCase("5555", "65536")]
    [TestCase("5555", "\"5555\"")]
    [TestCase("\"exp\":1795250030", "\"exp\":1795250030.5")]
    [TestCase("1795250030", "9223372036854775807")]
    [TestCase("1795250030", "-1")]
    [TestCase("\"exp\"", "\"Exp\"")]
    [TestCase("kck_01JD0000000000000000000000", "")]
    [TestCase("kck_01JD0000000000000000000000", "kck 01")]
    [TestCase("\"v\":1", "\"v\":1,\"v\":1")]
    public void Kick_with_a_missing_or_bad_value_is_not_read(string from, string to)
    {
        var changed = Kick.Replace(from, to, StringComparison.Ordinal);

        Assert.That(changed, Is.Not.EqualTo(Kick));
        Assert.That(Read(changed), Is.Null);
    }

    [Test]
    public void Payload_over_the_maximum_is_not_looked_at() =>
        Assert.That(Read(Kick + new string(' ', KickMessage.MaximumLength)), Is.Null);

    [Test]
    public void Kick_cut_at_any_byte_is_not_read()
    {
        var bytes = Encoding.UTF8.GetBytes(Kick.Trim());
        for (var length = 0; length < bytes.Length; length++)
            Assert.That(KickMessage.TryRead(bytes.AsSpan(0, length)), Is.Null);
    }

    [Test]
    public void Text_that_is_no_unicode_is_not_read()
    {
        Assert.That(Read(Kick.Replace("tas.example", @"\ud800", StringComparison.Ordinal)), Is.Null);
        Assert.That(KickMessage.TryRead(Encoding.Latin1.GetBytes(Kick.Replace("tas.example", "caf\u00e9", StringComparison.Ordinal))), Is.Null);
    }

    [Test]
    public void Any_changed_byte_is_read_or_not_and_never_throws()
    {
        var bytes = Encoding.UTF8.GetBytes(Kick.Trim());
        for (var position = 0; position < bytes.Length; position++)
        {
            foreach (var value in (byte[])[0, (byte)'"', (byte)'{', (byte)'9', 0x80, 0xFF])
            {
                var changed = bytes.ToArray();
                changed[position] = value;
                Assert.That(() => KickMessage.TryRead(changed), Throws.Nothing);
            }
        }
    }

    [Test]
    public void Answer_is_what_the_relay_expects()
    {
        var answer = new KickAnswer { KickId = "kck_1", TerminalId = "NL000123", Result = "accepted" };

        Assert.That(Encoding.UTF8.GetString(answer.ToJson()), Is.EqualTo("""{"v":1,"kick":"kck_1","terminal":"NL000123","result":"accepted"}"""));
    }

    private static KickMessage? Read(string payload) => KickMessage.TryRead(Encoding.UTF8.GetBytes(payload));
}
