using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace CloudKick.Opi.Tests;

internal sealed class OpiMessageTests
{
    [Test]
    public void Response_is_written_in_the_namespace_as_utf8()
    {
        var text = Encoding.UTF8.GetString(Messages.Response.Encode());

        Assert.That(text, Is.EqualTo("""
            <?xml version="1.0" encoding="utf-8"?>
            """ + """
            <ServiceResponse RequestType="GetStatus" WorkstationID="TAS" RequestID="42" OverallResult="Success" xmlns="http://www.nrf-arts.org/IXRetail/namespace">
            """ + """
            <Terminal TerminalID="NL000123" STAN="000073" />
            """ + """
            <PrivateData><KickId>kck_01</KickId><FirmwareVersion>14.0.11.01</FirmwareVersion><Model>Simulé €</Model></PrivateData></ServiceResponse>
            """));
    }

    [Test]
    public void Any_request_survives_the_round_trip() => Prop.ForAll(Requests, RoundTrips).QuickCheckThrowOnFailure();

    [Test]
    public void Any_response_survives_the_round_trip() => Prop.ForAll(Responses, RoundTrips).QuickCheckThrowOnFailure();

    [Test]
    public void Document_without_namespace_and_with_a_prefixed_one_are_read_alike()
    {
        var bare = """<ServiceResponse RequestType="GetStatus" WorkstationID="1" RequestID="2" OverallResult="success"><Terminal TerminalID="T1"/></ServiceResponse>""";
        var prefixed = """<i:ServiceResponse xmlns:i="urn:other" RequestType="GetStatus" WorkstationID="1" RequestID="2" OverallResult="Success"><i:Terminal TerminalID="T1"/></i:ServiceResponse>""";

        Assert.That(Messages.Decode(bare), Is.EqualTo(Messages.Decode(prefixed)));
    }

    [Test]
    public void Unknown_elements_and_attributes_are_passed_over()
    {
        var message = (ServiceResponse)Messages.Decode("""
            <!-- from a terminal --><?vendor x?>
            <ServiceResponse xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="C:\x.xsd" Future="1"
                RequestType="GetStatus" WorkstationID="1" RequestID="P000000001" OverallResult="PrintLastTicket">
              <Before><Terminal TerminalID="WRONG"/><KickId>no</KickId></Before>
              <Terminal TerminalID="T1"><Inside>text</Inside></Terminal>
              <PrivateData><Other><KickId>no</KickId></Other><KickId> kck_1<!-- c --> </KickId><KickIdentity>no</KickIdentity></PrivateData>
              <After/>
            </ServiceResponse>
            """);

        Assert.That(message.Header.RequestId, Is.EqualTo("P000000001"));
        Assert.That(message.OverallResult, Is.EqualTo(OpiResult.PrintLastTicket));
        Assert.That(message.Terminal, Is.EqualTo(new OpiTerminal { TerminalId = "T1" }));
        Assert.That(message.PrivateData, Is.EqualTo(new PrivateData { KickId = "kck_1" }));
    }

    [TestCase("utf-8")]
    [TestCase("ISO-8859-1")]
    public void Encoding_is_as_declared(string encoding)
    {
        var document = $"""<?xml version="1.0" encoding="{encoding}"?><ServiceResponse RequestType="GetStatus" WorkstationID="Café" RequestID="2" OverallResult="Success"/>""";

        var message = Messages.Decode(Encoding.GetEncoding(encoding).GetBytes(document));

        Assert.That(message.Header.WorkstationId, Is.EqualTo("Café"));
    }

    [TestCase("2025-03-04T10:11:12+01:00", "2025-03-04T10:11:12+01:00")]
    [TestCase("2025-03-04T10:11:12.5Z", "2025-03-04T10:11:12.5+00:00")]
    [TestCase("2025-03-04T10:11:12", "2025-03-04T10:11:12+00:00")]
    public void Time_stamp_is_read(string text, string expected)
    {
        var request = (ServiceRequest)Messages.Decode(
            $"""<ServiceRequest RequestType="GetStatus" WorkstationID="1" RequestID="2"><POSdata LanguageCode="nl"><POSTimeStamp>{text}</POSTimeStamp></POSdata></ServiceRequest>""");

        Assert.That(request.PosData!.TimeStamp, Is.EqualTo(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [TestCase("RequestType")]
    [TestCase("WorkstationID")]
    [TestCase("RequestID")]
    [TestCase("OverallResult")]
    public void Missing_or_empty_mandatory_attribute_is_named(string attribute)
    {
        var missing = Encoding.UTF8.GetString(Messages.Response.Encode()).Replace($" {attribute}=", " x=", StringComparison.Ordinal);
        var empty = System.Text.RegularExpressions.Regex.Replace(Encoding.UTF8.GetString(Messages.Response.Encode()), $" {attribute}=\"[^\"]*\"", $" {attribute}=\"\"");

        foreach (var document in new[] { missing, empty })
        {
            Assert.That(() => Messages.Decode(document), Throws.TypeOf<OpiMissingDataException>()
                .With.Property(nameof(OpiMissingDataException.Name)).EqualTo(attribute)
                .And.Property(nameof(OpiException.Result)).EqualTo(OpiResult.MissingMandatoryData));
        }
    }

    [Test]
    public void Time_that_is_none_is_a_validation_fault() =>
        Assert.That(() => Messages.Decode("""<ServiceRequest RequestType="a" WorkstationID="1" RequestID="2"><POSdata><POSTimeStamp>noon</POSTimeStamp></POSdata></ServiceRequest>"""),
            Throws.TypeOf<OpiValidationException>());

    [TestCase("CardServiceRequest")]
    [TestCase("CardServiceResponse")]
    [TestCase("DeviceRequest")]
    [TestCase("DeviceResponse")]
    public void Opi_roots_that_are_not_read_yet_are_unsupported(string root) =>
        Assert.That(() => Messages.Decode($"<{root}/>"), Throws.TypeOf<OpiUnsupportedMessageException>());

    [TestCase("<html/>")]
    [TestCase("<serviceresponse/>")]
    public void Other_roots_are_no_opi(string document) =>
        Assert.That(() => Messages.Decode(document), Throws.TypeOf<OpiFormatException>());

    [Test]
    public void A_strangers_root_is_not_in_the_message_which_goes_into_logs() =>
        Assert.That(() => Messages.Decode("<_4111111111111111/>"), Throws.TypeOf<OpiFormatException>().With.Message.Not.Contain("4111"));

    [Test]
    public void Mandatory_value_that_is_empty_is_not_written() =>
        Assert.That(() => new ServiceRequest(Messages.Header with { WorkstationId = "" }).Encode(), Throws.TypeOf<OpiMissingDataException>());

    // Characters rather than strings: an attribute of the test cannot hold half a surrogate pair.
    [TestCase('\0')]
    [TestCase('\uFFFF')]
    [TestCase('\uD800')]
    public void Value_that_xml_cannot_carry_is_not_written(char character)
    {
        var value = $"x{character}";

        Assert.That(() => new ServiceRequest(Messages.Header with { ApplicationSender = value }).Encode(), Throws.TypeOf<OpiValidationException>());
        Assert.That(() => (Messages.Response with { PrivateData = new PrivateData { Model = value } }).Encode(), Throws.TypeOf<OpiValidationException>());
    }

    [Test]
    public void Response_answers_its_own_request_only()
    {
        Assert.That((Messages.Header with { RequestType = "getstatus", WorkstationId = "other" }).Answers(Messages.Header), Is.True);
        Assert.That((Messages.Header with { RequestId = "43" }).Answers(Messages.Header), Is.False);
        Assert.That((Messages.Header with { RequestType = "GetInfo" }).Answers(Messages.Header), Is.False);
    }

    private static bool RoundTrips(OpiMessage message) => Messages.Decode(message.Encode()) == message;

    private static Gen<string> Value { get; } =
        Gen.OneOf(
            Gen.Elements("418", "LANE7", "10.1", "é€𝄞", "<&>\"'", "a\tb\r\nc\nd", "]]>", "x  y"),
            ArbMap.Default.GeneratorFor<NonEmptyString>().Select(s => new string([.. s.Get.Where(c => c is >= ' ' and < '\uD800')]).Trim()).Where(s => s.Length > 0));

    private static Gen<string?> OptionalValue { get; } = Gen.OneOf(Gen.Constant<string?>(null), Value.Select(v => (string?)v));

    private static Gen<OpiHeader> Headers { get; } =
        from type in Value
        from workstation in Value
        from id in Value
        from optional in OptionalValue.ArrayOf(4)
        select new OpiHeader
        {
            RequestType = type, WorkstationId = workstation, RequestId = id,
            ApplicationSender = optional[0], PopId = optional[1], TerminalId = optional[2], SequenceId = optional[3],
        };

    private static Arbitrary<OpiMessage> Requests { get; } = (
        from header in Headers
        from language in OptionalValue
        from seconds in Gen.Choose(0, int.MaxValue)
        from offset in Gen.Choose(-13, 13)
        from present in Gen.Choose(0, 2)
        let time = DateTimeOffset.FromUnixTimeMilliseconds(seconds * 1000L + 7).ToOffset(TimeSpan.FromHours(offset))
        select (OpiMessage)new ServiceRequest(header)
        {
            PosData = present == 0 ? null : new PosData { LanguageCode = language, TimeStamp = present == 1 ? null : time },
        }).ToArbitrary();

    private static Arbitrary<OpiMessage> Responses { get; } = (
        from header in Headers
        from result in Value
        from optional in OptionalValue.ArrayOf(5)
        from present in Gen.Choose(0, 3)
        select (OpiMessage)new ServiceResponse(header, new OpiResult(result))
        {
            Terminal = (present & 1) == 0 ? null : new OpiTerminal { TerminalId = optional[0], Stan = optional[1] },
            PrivateData = (present & 2) == 0 ? null : new PrivateData { KickId = optional[2], FirmwareVersion = optional[3], Model = optional[4] },
        }).ToArbitrary();
}
