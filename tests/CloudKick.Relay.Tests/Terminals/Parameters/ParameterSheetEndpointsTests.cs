using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Terminals.Parameters;

/// <summary>Sheets as the relay that terminals belong to makes them: its own settings are in them.</summary>
[CancelAfter(120_000)]
internal sealed partial class ParameterSheetEndpointsTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _bakery;
    private HttpClient _admin = null!;
    private HttpClient _baker = null!;

    [OneTimeSetUp]
    public async Task StartRelay()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database, new RelayHostOptions
        {
            Settings = new Dictionary<string, string?>
            {
                ["CloudKick:Mqtt:Tls"] = "true",
                ["CloudKick:Provisioning:TerminalHost"] = "prefix-ats.iot.eu-central-1.amazonaws.com",
                ["CloudKick:Provisioning:TerminalPort"] = "443",
                ["CloudKick:Tas:PublicHost"] = "tas.example",
                ["CloudKick:Tas:PublicPort"] = "5555",
            },
        });
        _bakery = await _relay.AddMerchantAsync("Bakery");
        _admin = await _relay.CreateAdminClientAsync();
        _baker = await _relay.CreateClientAsync(_bakery, Scopes.TerminalsRead);
    }

    [OneTimeTearDown]
    public async Task StopRelay()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_sheet_has_every_parameter_of_the_manual(CancellationToken cancellationToken)
    {
        await RegisterAsync("SHEET1", cancellationToken);

        var sheet = await _baker.AskAsync("/v1/terminals/SHEET1/parameters", cancellationToken);

        Assert.That(sheet.Status, Is.EqualTo(HttpStatusCode.OK), sheet.Text);
        Assert.That(sheet.Json["parameters"]!.AsArray().Select(parameter => $"{parameter!["section"]} {parameter["name"]}={parameter["value"]}"), Is.EqualTo(new[]
        {
            "tms MQT=Enabled",
            "tms MqtServiceEnable=Enabled",
            "tms MqtServiceAddress=prefix-ats.iot.eu-central-1.amazonaws.com",
            "tms MqtServiceAlpn=x-amzn-mqtt-ca",
            "tms MqtServicePort=443",
            "tms MqtServiceUseSsl=Enabled",
            "tms MqtSubscriptionTopic0=NL-CAT",
            "tms MqtSubscriptionTopic1=",
            "tms MqtSubscriptionTopic2=",
            "tms MqtSubscriptionTopic3=",
            "tms CCV Cloud Connection=Enabled",
            "tms SSL/TLS Signature Algorithm=SHA-256 Signature Algorithm",
            "upgrade Minimum software version=14.0.11.01",
            "terminal POS=TCP FLAT-OUTGOING",
            "till betaalterminalId=SHEET1",
            "till managementSystemId=GrundmasterNL",
            "till accessProtocol=OPI_NL",
            "firewall Host=prefix-ats.iot.eu-central-1.amazonaws.com",
            "firewall Port=443",
            "firewall Host=tas.example",
            "firewall Port=5555",
            "firewall TLS=Disabled",
        }));
        Assert.That(
            $"{sheet.Json["clientId"]} {sheet.Json["topic"]} {sheet.Json["minimumFirmwareVersion"]} {sheet.Json["firmwareSufficient"] is null} {sheet.Json["whitelisted"]}",
            Is.EqualTo("SHEET1 NL-CAT/SHEET1 14.0.11.01 True false"));
    }

    [Test]
    public async Task What_is_the_terminals_own_is_in_its_sheet(CancellationToken cancellationToken)
    {
        await RegisterAsync("SHEET2", cancellationToken, """, "subscriptionTopic": "BE-SPECIAL", "thingName": "thing:2", "firmwareVersion": "14.0.10.00", "label": "Till <2>" """);

        var sheet = await _admin.AskAsync("/v1/admin/terminals/SHEET2/parameters", cancellationToken);

        Assert.That(
            $"{sheet.Json["clientId"]} {sheet.Json["topic"]} {sheet.Json["label"]} {sheet.Json["firmwareSufficient"]}",
            Is.EqualTo("thing:2 BE-SPECIAL/SHEET2 Till <2> false"));
        Assert.That(sheet.Text, Does.Contain("""{"section":"tms","group":"MQT Parameters","name":"MqtSubscriptionTopic0","value":"BE-SPECIAL"}"""));
    }

    [Test]
    public async Task A_sheet_comes_as_CSV(CancellationToken cancellationToken)
    {
        await RegisterAsync("SHEET3", cancellationToken);

        using var response = await GetAsync("/v1/terminals/SHEET3/parameters", "text/csv", null, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);

        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/csv; header=present; charset=utf-8"));
        Assert.That(response.Content.Headers.ContentDisposition?.FileName, Is.EqualTo("SHEET3-parameters.csv"));
        Assert.That(text, Does.StartWith("section,group,name,value\r\ntms,MQT Parameters,MQT,Enabled\r\n").And.EndsWith("\r\n"));
        Assert.That(text.TrimEnd().Split("\r\n"), Has.Length.EqualTo(23).And.All.Matches<string>(line => line.Count(c => c == ',') == 3));
    }

    [TestCase("nl-BE", "nl", "Sluit de dag op de betaalterminal")]
    [TestCase("en", "en", "Close the day on the terminal")]
    public async Task A_sheet_comes_as_a_page_in_the_readers_language(string acceptLanguage, string language, string step, CancellationToken cancellationToken)
    {
        var id = $"PAGE-{language}";
        await RegisterAsync(id, cancellationToken, """, "label": "<b>Till & co</b>" """);

        using var response = await GetAsync($"/v1/terminals/{id}/parameters", "text/html", acceptLanguage, cancellationToken);
        var html = await response.Content.ReadAsStringAsync(cancellationToken);

        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/html; charset=utf-8"));
        Assert.That(response.Content.Headers.ContentLanguage, Is.EqualTo(new[] { language }));
        Assert.That(html, Does.Contain(step).And.Contain("MqtServiceAddress").And.Contain("&lt;b&gt;Till &amp; co&lt;/b&gt;"));
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.That(policy, Does.StartWith("default-src 'none'; ").And.Contain($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style().Match(html).Groups[1].Value)))}'"));
    }

    [Test]
    public async Task The_query_chooses_where_headers_cannot(CancellationToken cancellationToken)
    {
        await RegisterAsync("SHEET5", cancellationToken);

        var page = await _baker.AskAsync("/v1/terminals/SHEET5/parameters?format=html&lang=nl", cancellationToken);
        var refused = await _baker.AskAsync("/v1/terminals/SHEET5/parameters?format=pdf&lang=es", cancellationToken);

        Assert.That((page.ContentType, page.Text.Contains("Waarde", StringComparison.Ordinal)), Is.EqualTo(("text/html", true)));
        Assert.That((refused.Code, string.Join(' ', refused.Fields)), Is.EqualTo(("invalid-request", "format lang")));
    }

    [Test]
    public async Task Foreign_unowned_and_unknown_terminals_get_the_same_answer(CancellationToken cancellationToken)
    {
        var butcher = await _relay.AddMerchantAsync("Butcher", cancellationToken);
        await RegisterForAsync(butcher, "HIDDEN1", "", cancellationToken);
        await RegisterForAsync(null, "HIDDEN2", "", cancellationToken);

        var foreign = await _baker.AskAsync("/v1/terminals/HIDDEN1/parameters", cancellationToken);
        var unowned = await _baker.AskAsync("/v1/terminals/HIDDEN2/parameters", cancellationToken);
        var unknown = await _baker.AskAsync("/v1/terminals/HIDDEN3/parameters", cancellationToken);

        Assert.That(unknown.Verdict, Is.EqualTo((404, "terminal-not-found")));
        Assert.That(foreign.Comparable("HIDDEN1"), Is.EqualTo(unknown.Comparable("HIDDEN3")));
        Assert.That(unowned.Comparable("HIDDEN2"), Is.EqualTo(unknown.Comparable("HIDDEN3")));
    }

    [Test]
    public async Task A_sheet_needs_the_scope_that_reads_terminals(CancellationToken cancellationToken)
    {
        await RegisterAsync("SHEET6", cancellationToken);
        var kicker = await _relay.CreateClientAsync(_bakery, Scopes.KicksRead);

        Assert.That((await kicker.AskAsync("/v1/terminals/SHEET6/parameters", cancellationToken)).Verdict, Is.EqualTo((403, "insufficient-scope")));
        Assert.That((await _baker.AskAsync("/v1/admin/terminals/SHEET6/parameters", cancellationToken)).Verdict, Is.EqualTo((403, "insufficient-scope")));
        Assert.That((await _baker.AskAsync("/v1/terminals/no%20id/parameters", cancellationToken)).Verdict, Is.EqualTo((400, "invalid-request")));
        Assert.That((await _admin.AskAsync("/v1/admin/terminals/NOBODY/parameters", cancellationToken)).Verdict, Is.EqualTo((404, "terminal-not-found")));
    }

    private Task RegisterAsync(string id, CancellationToken cancellationToken, string more = "") => RegisterForAsync(_bakery, id, more, cancellationToken);

    private async Task RegisterForAsync(MerchantId? merchant, string id, string more, CancellationToken cancellationToken)
    {
        var owner = merchant is { } known ? $", \"merchantId\": \"{known}\"" : "";
        var registered = await _admin.AskAsync(
            HttpMethod.Post, "/v1/admin/terminals", $$"""{"terminalId": "{{id}}", "managementSystemId": "GrundmasterNL"{{owner}}{{more}}}""", cancellationToken);
        Assert.That(registered.Status, Is.EqualTo(HttpStatusCode.Created), registered.Text);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accept, string? acceptLanguage, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (acceptLanguage is not null)
            request.Headers.TryAddWithoutValidation("Accept-Language", acceptLanguage);
        return await _baker.SendAsync(request, cancellationToken);
    }

    [GeneratedRegex("<style>(.*)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();
}
