using System.Text;
using CloudKick.Relay.Presence;

namespace CloudKick.Relay.Tests.Presence;

internal sealed class LifecycleEventReaderTests
{
    private const string Connected = LifecycleEventReader.ConnectedTopics + "T1";
    private const string Disconnected = LifecycleEventReader.DisconnectedTopics + "T1";

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_connect_is_read_as_AWS_writes_it()
    {
        const string payload =
            """
            {"clientId":"T1","timestamp":1795260000123,"eventType":"connected","sessionIdentifier":"a4666d2a7d844ae4ac5d7b38c9cb7967",
             "principalIdentifier":"12b1","ipAddress":"192.0.2.7","versionNumber":3,"somethingNew":{"a":[1]}}
            """;

        var (read, fault) = Read(Connected, payload);

        Assert.That(fault, Is.Null);
        Assert.That(read, Is.EqualTo(new PresenceEvent(
            "T1", true, 3, "a4666d2a7d844ae4ac5d7b38c9cb7967", DateTimeOffset.FromUnixTimeMilliseconds(1795260000123), null, "192.0.2.7", "12b1")));
    }

    [Test]
    public void A_disconnect_is_read_as_AWS_writes_it()
    {
        const string payload =
            """
            {"clientId":"T1","timestamp":1795260000123,"eventType":"disconnected","sessionIdentifier":"a","clientInitiatedDisconnect":false,
             "disconnectReason":"MQTT_KEEP_ALIVE_TIMEOUT","versionNumber":3}
            """;

        var (read, _) = Read(Disconnected, payload);

        Assert.That((read?.Connected, read?.Reason, read?.Address), Is.EqualTo((false, "MQTT_KEEP_ALIVE_TIMEOUT", (string?)null)));
    }

    [Test]
    public void What_is_not_needed_may_be_missing_and_numbers_may_be_quoted()
    {
        var (read, _) = Read(Connected, """{"versionNumber":"7"}""");

        Assert.That(read, Is.EqualTo(new PresenceEvent("T1", true, 7, "", Now, null, null)));
    }

    [Test]
    public void A_principal_that_is_no_certificates_id_is_no_fault([Values("", "\\u0000")] string principal)
    {
        var role = $"AROA:{new string('x', 200)}";

        Assert.That(Read(Connected, $$"""{"versionNumber":1,"principalIdentifier":"{{principal}}"}""").Read?.Principal, Is.Null);
        Assert.That(Read(Connected, $$"""{"versionNumber":1,"principalIdentifier":"{{role}}"}""").Read, Is.EqualTo(new PresenceEvent("T1", true, 1, "", Now, null, null)));
    }

    [TestCase("sessionIdentifier")]
    [TestCase("principalIdentifier")]
    [TestCase("ipAddress")]
    public void A_text_that_may_be_a_card_number_is_left_out_and_the_event_counts(string member)
    {
        var (read, _) = Read(Connected, $$"""{"versionNumber":1,"{{member}}":"4111111111111111"}""");

        Assert.That(read, Is.EqualTo(new PresenceEvent("T1", true, 1, "", Now, null, null)));
    }

    [Test]
    public void A_reason_that_may_be_a_card_number_is_left_out_and_the_event_counts() => Assert.That(
        Read(Disconnected, """{"versionNumber":1,"disconnectReason":"5500 0000 0000 0004"}""").Read,
        Is.EqualTo(new PresenceEvent("T1", false, 1, "", Now, null, null)));

    [Test]
    public void The_clouds_own_ids_are_kept_whatever_digits_they_have()
    {
        const string session = "a4111111111111111b38c9cb7967abcd";
        const string certificate = "a4111111111111111b38c9cb7967abcda4111111111111111b38c9cb7967abcd";

        var (read, _) = Read(Connected, $$"""{"versionNumber":1,"sessionIdentifier":"{{session}}","principalIdentifier":"{{certificate}}"}""");

        Assert.That((read?.Session, read?.Principal), Is.EqualTo((session, certificate)));
    }

    [TestCase("not json", "not JSON")]
    [TestCase("", "not JSON")]
    [TestCase("[]", "not an object")]
    [TestCase("null", "not an object")]
    [TestCase("""{"clientId":"T2","versionNumber":1}""", "clientId")]
    [TestCase("""{"eventType":"disconnected","versionNumber":1}""", "eventType")]
    [TestCase("{}", "versionNumber")]
    [TestCase("""{"versionNumber":-1}""", "versionNumber")]
    [TestCase("""{"versionNumber":1e400}""", "versionNumber")]
    [TestCase("""{"versionNumber":99999999999999999999}""", "versionNumber")]
    [TestCase("""{"versionNumber":null}""", "versionNumber")]
    [TestCase("""{"versionNumber":"4111111111111111"}""", "versionNumber")]
    [TestCase("""{"versionNumber":1,"timestamp":0}""", "timestamp")]
    [TestCase("""{"versionNumber":1,"timestamp":9223372036854775807}""", "timestamp")]
    [TestCase("""{"versionNumber":1,"timestamp":"yesterday"}""", "timestamp")]
    [TestCase("""{"versionNumber":1,"sessionIdentifier":"a\u0000b"}""", "control characters")]
    [TestCase("""{"versionNumber":1,"sessionIdentifier":"\ud800"}""", "Unicode")]
    [TestCase("""{"versionNumber":1,"x":[[[[[[[[[[1]]]]]]]]]]}""", "not JSON")]
    public void What_would_mislead_is_refused(string payload, string expected)
    {
        var (read, fault) = Read(Connected, payload);

        Assert.That(read, Is.Null);
        Assert.That(fault, Does.Contain(expected));
    }

    [TestCase("$aws/events/presence/connected/")]
    [TestCase("$aws/events/presence/connect_failed/T1")]
    [TestCase("NL-CAT/T1")]
    [TestCase("")]
    public void Other_topics_are_refused(string topic) => Assert.That(Read(topic, """{"versionNumber":1}""").Fault, Is.Not.Null);

    [Test]
    public void Texts_and_payloads_have_a_longest_length()
    {
        var text = new string('x', 129);

        Assert.That(Read(LifecycleEventReader.ConnectedTopics + text, """{"versionNumber":1}""").Fault, Is.Not.Null);
        Assert.That(Read(Connected, $$"""{"versionNumber":1,"ipAddress":"{{text}}"}""").Fault, Does.Contain("too long"));
        Assert.That(Read(Connected, $$"""{"versionNumber":1}{{new string(' ', LifecycleEventReader.MaximumBytes)}}""").Fault, Does.Contain("too long"));
    }

    [Test]
    public void Bytes_of_any_kind_are_read_or_refused([Random(0, int.MaxValue, 200)] int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[random.Next(64)];
        random.NextBytes(bytes);

        var read = LifecycleEventReader.TryRead(Connected, bytes, Now, out var found, out var fault);

        Assert.That(read, Is.EqualTo(found is not null).And.EqualTo(fault is null));
    }

    [TestCase("connected", true)]
    [TestCase("disconnected", false)]
    public void An_event_that_a_rule_passes_on_says_itself_what_it_is(string type, bool connected)
    {
        var (read, fault) = ReadPassedOn($$"""{"clientId":"T1","eventType":"{{type}}","versionNumber":7,"sessionIdentifier":"s"}""");

        Assert.That(fault, Is.Null);
        Assert.That(read, Is.EqualTo(new PresenceEvent("T1", connected, 7, "s", Now, null, null)));
    }

    [TestCase("""{"eventType":"connected","versionNumber":7}""", "names no client")]
    [TestCase("""{"clientId":"","eventType":"connected","versionNumber":7}""", "names no client")]
    [TestCase("""{"clientId":"a\u0000","eventType":"connected","versionNumber":7}""", "names no client")]
    [TestCase("""{"clientId":"T1","versionNumber":7}""", "eventType")]
    [TestCase("""{"clientId":"T1","eventType":"connect_failed","versionNumber":7}""", "eventType")]
    [TestCase("""{"clientId":"T1","eventType":"connected"}""", "versionNumber")]
    [TestCase("""{"clientId":"\ud800","eventType":"connected","versionNumber":7}""", "Unicode")]
    [TestCase("eyJjbGllbnRJZCI6IlQxIn0=", "not JSON")]
    public void An_event_that_does_not_say_what_it_is_is_refused(string payload, string expected)
    {
        var (read, fault) = ReadPassedOn(payload);

        Assert.That(read, Is.Null);
        Assert.That(fault, Does.Contain(expected));
    }

    private static (PresenceEvent? Read, string? Fault) ReadPassedOn(string payload)
    {
        LifecycleEventReader.TryRead(Encoding.UTF8.GetBytes(payload), Now, out var read, out var fault);
        return (read, fault);
    }

    private static (PresenceEvent? Read, string? Fault) Read(string topic, string payload)
    {
        LifecycleEventReader.TryRead(topic, Encoding.UTF8.GetBytes(payload), Now, out var read, out var fault);
        return (read, fault);
    }
}
