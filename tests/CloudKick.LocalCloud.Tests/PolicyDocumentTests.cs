using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's policy language: what a document says to a request.</summary>
internal sealed class PolicyDocumentTests
{
    private const string Prefix = "arn:aws:iot:eu-central-1:000000000000:";

    private static readonly Facts Terminal = new()
    {
        ["iot:ClientId"] = "NL000123",
        ["iot:Connection.Thing.ThingName"] = "NL000123",
        ["iot:Connection.Thing.IsAttached"] = "true",
        ["iot:Connection.Thing.Attributes[site]"] = "Brussel",
        ["aws:SourceIp"] = "192.0.2.7",
        ["aws:EpochTime"] = "1795250000",
        ["aws:CurrentTime"] = "2026-11-21T12:00:00Z",
    };

    [TestCase("topic/NL-CAT/NL000123", "topic/NL-CAT/NL000123", true)]
    [TestCase("topic/NL-CAT/NL000123", "topic/NL-CAT/NL0001234", false)]
    [TestCase("topic/NL-CAT/NL000123", "topic/nl-cat/NL000123", false)]
    [TestCase("topic/*", "topic/a/b/c", true)] // * crosses slashes
    [TestCase("topic/*/ack", "topic/a/b/ack", true)]
    [TestCase("topic/*/ack", "topic/ack", false)]
    [TestCase("topic/a*", "topic/a", true)]
    [TestCase("topic/*a*b*", "topic/xaybz", true)]
    [TestCase("topic/*a*b*", "topic/xbya", false)]
    [TestCase("topic/*ab", "topic/abab", true)]
    [TestCase("topic/ab*ab", "topic/ab", false)]
    [TestCase("topic/NL00012?", "topic/NL000123", true)]
    [TestCase("topic/NL00012?", "topic/NL00012", false)]
    [TestCase("topicfilter/NL-CAT/+/ack", "topicfilter/NL-CAT/NL000123/ack", false)] // + and # are text
    [TestCase("topicfilter/NL-CAT/+/ack", "topicfilter/NL-CAT/+/ack", true)]
    [TestCase("topicfilter/NL-CAT/#", "topicfilter/NL-CAT/NL000123", false)]
    [TestCase("topicfilter/NL-CAT/*", "topicfilter/NL-CAT/#", true)]
    [TestCase("client/${iot:Connection.Thing.ThingName}", "client/NL000123", true)]
    [TestCase("client/${iot:connection.thing.thingname}", "client/NL000123", true)] // in any case
    [TestCase("client/${iot:Connection.Thing.ThingName}", "client/NL000999", false)]
    [TestCase("client/${iot:Connection.Thing.ThingTypeName}", "client/", false)] // no value: matches nothing
    [TestCase("client/${iot:Connection.Thing.Attributes[site]}-*", "client/Brussel-1", true)]
    [TestCase("client/a${*}", "client/a*", true)]
    [TestCase("client/a${*}", "client/ab", false)]
    [TestCase("client/a${?}b${$}", "client/a?b$", true)]
    public void Resources_match_by_AWSs_wildcards_and_variables(string pattern, string resource, bool allowed) =>
        Assert.That(Decide(Document(On(pattern)), resource: resource), Is.EqualTo(allowed ? PolicyDecision.Allowed : PolicyDecision.ImplicitDeny));

    [Test]
    public void A_value_of_a_variable_is_text_and_no_pattern()
    {
        var context = new Facts { ["iot:ClientId"] = "*" };

        Assert.That(Decide(Document(On("client/${iot:ClientId}")), resource: "client/NL000999", context: context), Is.EqualTo(PolicyDecision.ImplicitDeny));
    }

    [Test]
    public void Before_2012_there_were_no_variables() => Assert.That(
        Decide($$"""{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"{{Prefix}}client/${iot:ClientId}"}]}""", resource: "client/NL000123"),
        Is.EqualTo(PolicyDecision.ImplicitDeny));

    [TestCase("iot:Publish", true)]
    [TestCase("IOT:publish", true)]
    [TestCase("iot:*", true)]
    [TestCase("iot:P*", true)]
    [TestCase("*", true)]
    [TestCase("iot:Subscribe", false)]
    [TestCase("s3:*", false)]
    public void Actions_match_whatever_their_case(string action, bool allowed) => Assert.That(
        Decide($$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iot:Nothing","{{action}}"],"Resource":"*"}]}"""),
        Is.EqualTo(allowed ? PolicyDecision.Allowed : PolicyDecision.ImplicitDeny));

    [Test]
    public void What_nothing_allows_is_denied() => Assert.That(Decide(Document(On("topic/b"))), Is.EqualTo(PolicyDecision.ImplicitDeny));

    [Test]
    public void A_denial_wins_whichever_document_it_stands_in()
    {
        var allow = PolicyDocument.Parse(Document("""{"Resource":"*"}"""));
        var deny = PolicyDocument.Parse(Document(On("topic/*"), "Deny"));

        foreach (ImmutableArray<PolicyDocument> order in (ImmutableArray<PolicyDocument>[])[[allow, deny], [deny, allow]])
            Assert.That(PolicyDocument.Decide(order, "iot:Publish", $"{Prefix}topic/a", Terminal), Is.EqualTo(PolicyDecision.ExplicitDeny));
    }

    [TestCase("""{"NotAction":"iot:Connect","Resource":"*"}""", true)]
    [TestCase("""{"NotAction":"iot:Publish","Resource":"*"}""", false)]
    [TestCase("""{"Action":"iot:Publish","NotResource":"arn:aws:iot:eu-central-1:000000000000:topic/a"}""", false)]
    [TestCase("""{"Action":"iot:Publish","NotResource":"arn:aws:iot:eu-central-1:000000000000:topic/b"}""", true)]
    public void NotAction_and_NotResource_are_all_but(string elements, bool allowed) => Assert.That(
        Decide($$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow",{{elements[1..]}}]}"""), Is.EqualTo(allowed ? PolicyDecision.Allowed : PolicyDecision.ImplicitDeny));

    [TestCase("""{"Bool":{"iot:Connection.Thing.IsAttached":"true"}}""", true)]
    [TestCase("""{"Bool":{"iot:Connection.Thing.IsAttached":[true]}}""", true)]
    [TestCase("""{"Bool":{"iot:Connection.Thing.IsAttached":"false"}}""", false)]
    [TestCase("""{"StringEquals":{"iot:ClientId":["other","NL000123"]}}""", true)]
    [TestCase("""{"StringEquals":{"iot:ClientId":"nl000123"}}""", false)]
    [TestCase("""{"StringEquals":{"iot:ClientId":"NL*"}}""", false)]
    [TestCase("""{"StringEquals":{"iot:ClientId":"${iot:Connection.Thing.ThingName}"}}""", true)]
    [TestCase("""{"StringEquals":{"absent":"x"}}""", false)]
    [TestCase("""{"StringEqualsIfExists":{"absent":"x"}}""", true)]
    [TestCase("""{"StringNotEquals":{"iot:ClientId":["other","NL000123"]}}""", false)]
    [TestCase("""{"StringNotEquals":{"absent":"x"}}""", true)]
    [TestCase("""{"StringEqualsIgnoreCase":{"iot:ClientId":"nl000123"}}""", true)]
    [TestCase("""{"StringLike":{"iot:ClientId":"NL*"}}""", true)]
    [TestCase("""{"StringNotLike":{"iot:ClientId":"NL*"}}""", false)]
    [TestCase("""{"Null":{"absent":"true"}}""", true)]
    [TestCase("""{"Null":{"iot:ClientId":"true"}}""", false)]
    [TestCase("""{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}""", true)]
    [TestCase("""{"IpAddress":{"aws:SourceIp":"198.51.100.1"}}""", false)]
    [TestCase("""{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}""", false)]
    [TestCase("""{"NumericLessThan":{"aws:EpochTime":1795250001}}""", true)]
    [TestCase("""{"DateGreaterThan":{"aws:CurrentTime":"2026-11-21T13:00:00+02:00"}}""", true)]
    [TestCase("""{"DateLessThan":{"aws:CurrentTime":"2026-11-21T12:00:00Z"}}""", false)]
    [TestCase("""{"ForAllValues:StringEquals":{"iot:ConnectAttributes":["PersistentConnect","LastWill"]}}""", true)]
    [TestCase("""{"ForAllValues:StringEquals":{"iot:ConnectAttributes":["LastWill"]}}""", false)]
    [TestCase("""{"ForAnyValue:StringEquals":{"iot:ConnectAttributes":["PersistentConnect"]}}""", true)]
    [TestCase("""{"ForAnyValue:StringEquals":{"iot:ConnectAttributes":["LastWill"]}}""", false)]
    [TestCase("""{"ForAllValues:StringEquals":{"absent":["x"]}}""", true)]
    [TestCase("""{"ForAnyValue:StringEquals":{"absent":["x"]}}""", false)]
    [TestCase("""{"StringEquals":{"iot:ClientId":"NL000123","iot:Connection.Thing.ThingName":"other"}}""", false)] // all must hold
    public void Conditions(string condition, bool allowed) => Assert.That(
        Decide(Document($$"""{"Resource":"*","Condition":{{condition}}}"""), context: Terminal), Is.EqualTo(allowed ? PolicyDecision.Allowed : PolicyDecision.ImplicitDeny));

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"Version":"2012-10-17","Statement":[]}""")]
    [TestCase("""{"Version":"2020-01-01","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}}""")]
    [TestCase("""{"Version":"2012-10-17","Statement":{"Effect":"allow","Action":"iot:*","Resource":"*"}}""")]
    [TestCase("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*"}}""")]
    [TestCase("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*"}}""")]
    [TestCase("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"Publish","Resource":"*"}}""")]
    [TestCase("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"topic/a"}}""")]
    [TestCase("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","NotAction":"iot:*","Resource":"*"}}""")]
    [TestCase("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*","Principal":"*"}}""")]
    [TestCase("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*","Condition":{"StringAlmost":{"a":"b"}}}}""")]
    [TestCase("""{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"arn:aws:iot:::client/${iot:ClientId"}}""")]
    public void A_document_that_AWS_would_refuse_is_refused(string document) =>
        Assert.That(() => PolicyDocument.Parse(document), Throws.InstanceOf<PolicySyntaxException>());

    /// <param name="elements">An object whose members complete the statement.</param>
    /// <param name="effect">The statement's.</param>
    private static string Document(string elements, string effect = "Allow") =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"{{effect}}","Action":"iot:Publish",{{elements[1..]}}]}""";

    private static string On(string pattern) => $$"""{"Resource":"{{Prefix}}{{pattern}}"}""";

    private static PolicyDecision Decide(string document, string resource = "topic/a", IPolicyContext? context = null) =>
        PolicyDocument.Decide([PolicyDocument.Parse(document)], "iot:Publish", Prefix + resource, context ?? Terminal);

    private sealed class Facts : Dictionary<string, string>, IPolicyContext
    {
        public new bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => base.TryGetValue(key, out value);

        public IReadOnlyList<string>? GetValues(string key) => key == "iot:ConnectAttributes" ? ["PersistentConnect"] : null;
    }
}
