using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace CloudKick.Opi.Tests;

[CancelAfter(30_000)]
internal sealed class HostileDocumentTests
{
    private const string Attributes = """RequestType="GetStatus" WorkstationID="1" RequestID="2" OverallResult="Success" """;

    [Test]
    public void Entity_bomb_is_refused() => Refused("""
        <?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
        <ServiceResponse RequestType="&c;"/>
        """);

    [Test]
    public void External_entity_is_refused_and_not_fetched() => Refused("""
        <!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><ServiceResponse RequestType="GetStatus"><Terminal>&x;</Terminal></ServiceResponse>
        """);

    [Test]
    public void Empty_dtd_is_refused_too() => Refused("<!DOCTYPE ServiceResponse><ServiceResponse/>");

    [Test]
    public void Depth_32_is_read_and_33_is_not()
    {
        Assert.That(() => Messages.Decode(Nested(32)), Throws.Nothing);
        Refused(Nested(33));
        Refused(Nested(20_000));
    }

    [Test]
    public void Depth_counts_inside_elements_that_nobody_reads()
    {
        var nest = string.Concat(Enumerable.Repeat("<a>", 40)) + string.Concat(Enumerable.Repeat("</a>", 40));

        Refused($"<ServiceResponse {Attributes}><PrivateData><KickId>x{nest}</KickId></PrivateData></ServiceResponse>");
        Refused($"<ServiceResponse {Attributes}><Terminal>{nest}</Terminal></ServiceResponse>");
    }

    [Test]
    public void Document_over_256_KiB_is_refused()
    {
        Assert.That(() => Messages.Decode(OfLength(OpiLimits.DocumentLength)), Throws.Nothing);
        Refused(OfLength(OpiLimits.DocumentLength + 1));
    }

    [TestCase("")]
    [TestCase("   ")]
    [TestCase("GET / HTTP/1.1\r\n\r\n")]
    [TestCase("<ServiceResponse")]
    [TestCase("<ServiceResponse " + Attributes + ">")]
    [TestCase("<ServiceResponse " + Attributes + "></ServiceRequest>")]
    [TestCase("<ServiceResponse " + Attributes + "/><ServiceResponse/>")]
    [TestCase("<ServiceResponse " + Attributes + "/>trailing")]
    [TestCase("<ServiceResponse " + Attributes + " RequestID='3'/>")]
    [TestCase("<ServiceResponse " + Attributes + "><Terminal TerminalID='&#0;'/></ServiceResponse>")]
    [TestCase("<ServiceResponse " + Attributes + "><Terminal TerminalID='&undefined;'/></ServiceResponse>")]
    [TestCase("<?xml version='1.0' encoding='no-such-encoding'?><ServiceResponse " + Attributes + "/>")]
    [TestCase("<?xml version='1.0' encoding='utf-7'?><ServiceResponse " + Attributes + "/>")]
    [TestCase("<?xml version='1.0' encoding='utf-16'?><ServiceResponse " + Attributes + "/>")]
    public void What_is_not_xml_is_a_parsing_fault(string document) => Refused(document);

    [Test]
    public void Bytes_that_are_not_utf8_are_a_parsing_fault() =>
        Assert.That(() => Messages.Decode([.. Encoding.ASCII.GetBytes($"<ServiceResponse {Attributes} x='"), 0xC3, 0x28, .. "'/>"u8]),
            Throws.TypeOf<OpiParsingException>());

    [Test]
    public void A_declaration_that_is_not_utf8_is_a_parsing_fault() =>
        Assert.That(() => Messages.Decode([.. "<?xml version=\"1.0"u8, 0xD2, 0xEA, 0xF1, .. "\"?>"u8]), Throws.TypeOf<OpiParsingException>());

    [Test]
    public void Any_bytes_decode_or_end_in_an_opi_exception() =>
        Prop.ForAll<byte[]>(bytes => DecodesOrObjects(bytes)).QuickCheckThrowOnFailure();

    [Test]
    public void Any_damage_to_a_message_decodes_or_ends_in_an_opi_exception()
    {
        var whole = Messages.Response.Encode();
        var damage =
            from position in Gen.Choose(0, whole.Length - 1)
            from removed in Gen.Choose(0, 5)
            from added in ArbMap.Default.GeneratorFor<byte>().ListOf()
            select (byte[])[.. whole.Take(position), .. added, .. whole.Skip(position + removed)];

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(damage.ToArbitrary(), DecodesOrObjects));
    }

    private static bool DecodesOrObjects(byte[] document)
    {
        try
        {
            OpiMessage.Decode(new ReadOnlySequence<byte>(document));
        }
        catch (OpiException)
        {
            // One of ours is the right answer to bytes that are no message; any other exception fails the property.
        }

        return true;
    }

    private static void Refused(string document) =>
        Assert.That(() => Messages.Decode(document), Throws.TypeOf<OpiParsingException>()
            .With.Property(nameof(OpiException.Result)).EqualTo(OpiResult.ParsingError));

    private static string Nested(int depth) =>
        $"<ServiceResponse {Attributes}>" + string.Concat(Enumerable.Repeat("<a>", depth - 1)) + string.Concat(Enumerable.Repeat("</a>", depth - 1)) + "</ServiceResponse>";

    private static string OfLength(int length)
    {
        var (start, end) = ($"<ServiceResponse {Attributes}><x>", "</x></ServiceResponse>");
        return start + new string('y', length - start.Length - end.Length) + end;
    }
}
