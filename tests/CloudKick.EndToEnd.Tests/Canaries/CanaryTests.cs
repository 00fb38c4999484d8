using System.Net;
using System.Security;
using System.Text;
using CloudKick.Mqtt;
using CloudKick.Relay.Users;
using CloudKick.Tas;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>
/// Card numbers, keys and passwords, sent wherever something can be sent: by callers, people who sign in, terminals. They are in no answer, no log at
/// its most talkative, no trace, no metric and no column.
/// </summary>
/// <remarks>Listens to all telemetry of the process, so it runs when nobody else does.</remarks>
[NonParallelizable]
[CancelAfter(300_000)]
internal sealed class CanaryTests
{
    private const string Password = "Passphrase-canary-K4v8";
    private const string WrongPassword = "Wrong-canary-N3x1";

    private CanaryStage _stage = null!;
    private string _terminal = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        _stage = await CanaryStage.StartAsync(deadline.Token);
        _terminal = await _stage.Kicks.RegisterTerminalAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _stage.DisposeAsync();

    [Test]
    public async Task Witnesses_see_what_is_there(CancellationToken cancellationToken)
    {
        const string reference = "seen-by-all-witnesses";
        var terminal = await _stage.Kicks.RegisterTerminalAsync();
        // What goes wrong is told with the kick's id.
        _stage.Kicks.Cloud.Control.RefusePublish = publish => publish.Message.Topic.EndsWith(terminal, StringComparison.Ordinal) ? MqttReasonCode.NotAuthorized : null;
        var request = KickStage.Kick(terminal);
        request["reference"] = reference;
        var kick = (string)(await _stage.Kicks.PostAsync(request, cancellationToken: cancellationToken)).Body["id"]!;
        await _stage.SendAsync(new ApiRequest("get kick", HttpMethod.Get, $"/v1/kicks/{kick}", null, "application/json", null), cancellationToken);
        await Eventually.HoldsAsync(() => _stage.FindAsync(kick, cancellationToken), found => found.Log, cancellationToken);
        _stage.Kicks.Cloud.Control.RefusePublish = null;

        var (answer, log, telemetry, columns) = await _stage.FindAsync(reference, cancellationToken);
        var seen = _stage.Telemetry();

        Assert.That(answer, Is.True);
        Assert.That(columns, Does.Contain("kicks.reference"));
        Assert.That((log, telemetry), Is.EqualTo((false, false)), "what a caller writes is in no log");
        Assert.That(seen, Has.Some.StartsWith("span Microsoft.AspNetCore Microsoft.AspNetCore.Hosting.HttpRequestIn"), "the relay's traces are looked into");
        Assert.That(seen, Has.Some.StartsWith("span Npgsql ").And.Contains("db.query.text=").And.Contains("Username=cloudkick_relay"), "with what it asks its database");
        Assert.That(seen, Has.Some.Contains("http.server.request.duration").And.Contains("http.route=").And.Contains("/v1/kicks"), "and what it measures of its requests");
        Assert.That(seen, Has.Some.StartsWith("metric CloudKick").And.Contains("cloudkick.publish.attempts"), "so are its counters");
        Assert.That(seen, Has.Some.Contains("cloudkick.mqtt.connections"), "and its gauges");
    }

    [TestCaseSource(typeof(Canary), nameof(Canary.Recognised))]
    public async Task What_is_recognised_stays_nowhere_wherever_a_caller_puts_it(Canary canary, CancellationToken cancellationToken)
    {
        await AddExampleAsync(cancellationToken);
        foreach (var request in _stage.Api.With(canary.Text).Concat(ApiSurface.Unknown(canary.Text)))
            await _stage.SendAsync(request, cancellationToken);
        foreach (var column in new[] { "terminalId", "label", "enabledUntil" })
            await _stage.SendAsync(Post("/v1/whitelist/import", Csv(column, canary.Text), "text/csv"), cancellationToken);
        await _stage.SendAsync(Post("/v1/whitelist/import", $"terminalId,{canary.Text}\r\nNL000001,x\r\n", "text/csv"), cancellationToken);
        foreach (var row in new[] { $"\"{canary.Text}\",GrundmasterNL,x", $"NL000781,\"{canary.Text}\",x", $"NL000781,GrundmasterNL,\"{canary.Text}\"" })
            await _stage.SendAsync(Post("/v1/admin/terminals/import", $"terminalId,managementSystemId,label\r\n{row}\r\n", "text/csv"), cancellationToken);

        await _stage.AssertNowhereAsync([canary], cancellationToken);
    }

    [Test]
    public async Task Secret_that_looks_like_nothing_stays_nowhere_where_it_has_no_business(CancellationToken cancellationToken)
    {
        string[] places =
        [
            "a query that is not known", "a member that is not known", "an array", "no JSON", "another content type", "Authorization", "Prefer", "Accept-Language", "Accept", "Last-Event-ID",
            "If-Match", "If-None-Match", "Cookie", "User-Agent", "Referer", "Origin", "X-Api-Key", "traceparent", "tracestate", "baggage", "X-Request-Id", "Content-Language",
            "Content-Type", "Accept-Encoding", "Host", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
        ];

        var requests = _stage.Api.With(Canary.Opaque.Text).Where(request => places.Any(place => request.Place.EndsWith(": " + place, StringComparison.Ordinal)))
            .Concat(ApiSurface.Unknown(Canary.Opaque.Text)).ToArray();
        foreach (var request in requests)
            await _stage.SendAsync(request, cancellationToken);

        Assert.That(requests, Has.Length.GreaterThan(200));
        await _stage.AssertNowhereAsync([Canary.Opaque], cancellationToken);
    }

    [Test]
    public async Task Idempotency_key_that_is_a_card_number_works_and_is_not_kept(CancellationToken cancellationToken)
    {
        var terminal = await _stage.Kicks.RegisterTerminalAsync();
        var first = await _stage.Kicks.PostAsync(KickStage.Kick(terminal), idempotencyKey: Canary.Recognised[0].Text, cancellationToken: cancellationToken);
        var again = await _stage.Kicks.PostAsync(KickStage.Kick(terminal), idempotencyKey: Canary.Recognised[0].Text, cancellationToken: cancellationToken);

        Assert.That((string?)again.Body["id"], Is.Not.Null.And.EqualTo((string?)first.Body["id"]));
        await _stage.AssertNowhereAsync([Canary.Recognised[0]], cancellationToken);
    }

    [Test]
    public async Task Terminals_answers_leave_nothing_of_what_is_in_them(CancellationToken cancellationToken)
    {
        var terminal = await _stage.Kicks.RegisterTerminalAsync();
        await using var client = new MqttClient(new MqttClientOptions { Endpoint = Devices.Endpoint(_stage.Kicks.Cloud, terminal), ClientId = terminal });
        await client.ConnectAsync(cancellationToken);
        var kick = (string)(await _stage.Kicks.PostAsync(KickStage.Kick(terminal), cancellationToken: cancellationToken)).Body["id"]!;

        foreach (var text in Canary.Recognised.Append(Canary.Opaque).Select(canary => canary.Text))
        {
            var json = System.Text.Json.JsonSerializer.Serialize(text);
            string[] payloads =
            [
                text, json, $$"""{"kick":{{json}},"terminal":"{{terminal}}","result":"accepted"}""", $$"""{"kick":"{{kick}}","terminal":{{json}},"result":"accepted"}""",
                $$"""{"kick":"{{kick}}","terminal":"{{terminal}}","result":{{json}}}""", $$"""{"kick":"kck_00000000000000000000000000","terminal":"{{terminal}}","result":"accepted","pan":{{json}}}""",
            ];
            foreach (var payload in payloads)
            {
                await client.PublishAsync(
                    new MqttMessage
                    {
                        Topic = $"NL-CAT/{terminal}/ack",
                        Payload = Encoding.UTF8.GetBytes(payload),
                        QualityOfService = MqttQualityOfService.AtLeastOnce,
                        CorrelationData = Encoding.UTF8.GetBytes(text),
                        ContentType = text.ReplaceLineEndings(" "),
                        UserProperties = [new MqttUserProperty("note", text.ReplaceLineEndings(" "))],
                    },
                    cancellationToken);
            }
        }
        await client.PublishAsync(
            new MqttMessage
            {
                Topic = $"NL-CAT/{terminal}/ack",
                Payload = Encoding.UTF8.GetBytes($$"""{"kick":"{{kick}}","terminal":"{{terminal}}","result":"accepted"}"""),
                QualityOfService = MqttQualityOfService.AtLeastOnce,
            },
            cancellationToken);
        // Answers are taken in their order: when the last has been, so have the others.
        await Eventually.BecomesAsync(async () => (string?)(await _stage.Kicks.GetKickAsync(kick, cancellationToken: cancellationToken))["state"], "delivered", cancellationToken);

        await _stage.AssertNowhereAsync([.. Canary.Recognised, Canary.Opaque], cancellationToken);
    }

    [Test]
    public async Task Terminals_messages_to_the_TAS_leave_nothing_of_what_is_in_them(CancellationToken cancellationToken)
    {
        var port = _stage.Kicks.Relay.Services.GetRequiredService<TasListener>().Port;
        foreach (var text in Canary.Recognised.Append(Canary.Opaque).Select(canary => SecurityElement.Escape(canary.Text)))
        {
            string[] documents =
            [
                $"""<ServiceResponse {"{header}"} OverallResult="Success"><Terminal TerminalID="{text}" STAN="{text}"/></ServiceResponse>""",
                $"""<ServiceResponse {"{header}"} OverallResult="{text}"><Terminal TerminalID="{_terminal}"/></ServiceResponse>""",
                $"""<ServiceResponse {"{header}"} OverallResult="Success" POPID="{text}"><Terminal TerminalID="{_terminal}"/><PrivateData><KickId>{text}</KickId></PrivateData></ServiceResponse>""",
                $"""<ServiceResponse {"{header}"} OverallResult="Success"><Terminal TerminalID="{_terminal}"/><PrivateData><FirmwareVersion>{text}</FirmwareVersion><Model>{text}</Model></PrivateData><Card PAN="{text}">{text}</Card></ServiceResponse>""",
                $"""<CardServiceResponse {"{header}"} OverallResult="Success"><Tender><Authorisation CardPAN="{text}"/></Tender></CardServiceResponse>""",
                $"""<_{Name(text)} {"{header}"}/>""",
                $"""<ServiceResponse {"{header}"} OverallResult="Success"><Terminal TerminalID="{text}">{text}""",
                text,
            ];
            foreach (var document in documents)
                await ArrivingTerminal.AnswerAsync(port, document, cancellationToken);
        }

        await _stage.AssertNowhereAsync([.. Canary.Recognised, Canary.Opaque], cancellationToken);
    }

    [Test]
    public async Task What_people_type_at_the_door_stays_nowhere(CancellationToken cancellationToken)
    {
        var email = await _stage.Kicks.Relay.AddUserAsync(_stage.Kicks.Merchant, Roles.Admin, cancellationToken);
        using var browser = new PageClient(_stage.Kicks.Relay.Address);
        foreach (var text in Canary.Recognised.Select(canary => canary.Text).Append(WrongPassword))
        {
            await SubmitAsync(browser, "/sign-in", [("Email", email), ("Password", text)], cancellationToken);
            await SubmitAsync(browser, "/sign-in", [("Email", text), ("Password", text)], cancellationToken);
            await SubmitAsync(browser, "/sign-in/forgotten", [("Email", text)], cancellationToken);
            await browser.OpenAsync($"/sign-in?return={Uri.EscapeDataString("/m/" + text)}", cancellationToken);
            await browser.OpenAsync($"/welcome/{Uri.EscapeDataString(text)}", cancellationToken);
        }

        await _stage.AssertNowhereAsync([.. Canary.Recognised, new Canary("a wrong password", WrongPassword, WrongPassword)], cancellationToken);
    }

    [Test]
    public async Task Passwords_codes_cookies_and_links_that_are_right_stay_nowhere_either(CancellationToken cancellationToken)
    {
        var relay = _stage.Kicks.Relay;
        var email = Addresses.New("canary");
        var link = await relay.Services.GetRequiredService<UserRegistry>()
            .InviteAsync(new NewUser(_stage.Kicks.Merchant, email, Roles.Admin), TimeSpan.FromHours(1), Relay.Security.Actor.Cli, cancellationToken);
        using var browser = new PageClient(relay.Address);

        var welcomed = await browser.SubmitAsync(link!.Path, cancellationToken, fields: [("Password", Password), ("Again", Password)]);
        var signedIn = await browser.SignInAsync(email, Password, cancellationToken);
        var session = browser.Cookies["__Host-cloudkick"];
        var factor = await browser.OpenAsync("/account/second-factor", cancellationToken);
        var sealedSecret = factor.Field("Secret");
        var secret = relay.Services.GetRequiredService<SecondFactors>().Open(sealedSecret)!;
        var code = Totp.Code(secret, Totp.StepAt(TimeProvider.System.GetUtcNow()));
        var set = await browser.PostAsync("/account/second-factor", factor.Field("__RequestVerificationToken"), cancellationToken, fields: [("Secret", sealedSecret), ("Code", code), ("Current", Password)]);
        var changed = await browser.SubmitAsync("/account", cancellationToken, to: "/account?handler=Password", fields: [("Current", Password), ("Password", WrongPassword), ("Again", WrongPassword)]);

        await browser.SubmitAsync("/sign-in/forgotten", cancellationToken, fields: [("Email", email)]);
        await _stage.Inbox.ReceiveAsync(email, cancellationToken);
        foreach (var answer in new[] { welcomed, signedIn, set, changed })
            _stage.Answered(answer.Path, answer.Path, answer);

        Assert.That(changed.Path, Does.Contain("SaidPassword"), changed.Text);
        Assert.That(_stage.Mails(), Has.Some.Contains(email), "mails are looked into");
        Assert.That(welcomed.Status, Is.EqualTo(HttpStatusCode.OK), welcomed.Text);
        Assert.That(signedIn.Path, Does.StartWith($"/m/{_stage.Kicks.Merchant}").Or.EqualTo("/"), signedIn.Text);
        Assert.That(set.Status, Is.EqualTo(HttpStatusCode.OK), set.Text);
        await _stage.AssertNowhereAsync(
            [
                new("a password", Password, Password), new("a new password", WrongPassword, WrongPassword), new("a session's token", session, session),
                new("a one-time link's token", "", link.Path[OneTimeLinks.PagePath.Length..]), new("a second factor's secret", "", Base32.Encode(secret)), new("the same, sealed", "", sealedSecret),
                new("a form's token", "", factor.Field("__RequestVerificationToken")),
            ],
            cancellationToken);
    }

    [Test]
    public async Task What_people_write_into_forms_is_refused_like_what_programs_send(CancellationToken cancellationToken)
    {
        var forms = await new FormPeople(_stage.Kicks.Relay, _stage.Kicks.Merchant, _terminal).FormsAsync(cancellationToken);

        await Task.WhenAll(forms.GroupBy(form => form.Browser).Select(async person =>
        {
            // What looks like nothing first: after a few wrong passwords none is looked at.
            foreach (var (form, canary) in person.SelectMany(_ => Canary.OfEachKind.Prepend(Canary.Opaque), (form, canary) => (form, canary)))
                await form.SendAsync(canary.Text, isKept: canary == Canary.Opaque, _stage.Answered, cancellationToken);
        }));
        // Whoever comes next sees nothing of it.
        await OpenAsync(await _stage.Kicks.Relay.SignInAsync(_stage.Kicks.Merchant, Roles.Admin, cancellationToken), "/m/");
        await OpenAsync(await _stage.Kicks.Relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken), "/platform/");

        Assert.That(forms.Select(form => form.Page), Is.EquivalentTo(Form.All), "a page that takes something has its canaries");
        Assert.That(_stage.Inbox.Mails, Is.Not.Empty);
        await _stage.AssertNowhereAsync([.. Canary.Recognised, Canary.Opaque], cancellationToken);

        async Task OpenAsync(PageClient browser, string start)
        {
            foreach (var address in forms.Select(form => form.Address).Where(address => address.StartsWith(start, StringComparison.Ordinal)))
                _stage.Answered(address, (await browser.OpenAsync(address, cancellationToken)).ToString());
        }
    }

    [Test]
    public async Task Pages_that_say_what_is_wrong_and_who_looked_repeat_nothing(CancellationToken cancellationToken)
    {
        var relay = _stage.Kicks.Relay;
        var (merchant, another) = (_stage.Kicks.Merchant, await relay.AddMerchantAsync("Another", cancellationToken));
        PageClient[] readers =
        [
            relay.CreateBrowser(), await relay.SignInAsync(merchant, Roles.Viewer, cancellationToken), await relay.SignInAsync(another, Roles.Admin, cancellationToken),
            await relay.SignInAsync(null, Roles.PlatformSupport, cancellationToken),
        ];

        await Task.WhenAll(readers.Select(async reader =>
        {
            foreach (var text in Canary.OfEachKind.Select(canary => canary.Text.ReplaceLineEndings(" ")))
            {
                var escaped = Uri.EscapeDataString(text);
                string[] addresses =
                [
                    $"/{escaped}", $"/{escaped}?{escaped}={escaped}", $"/problem?said={escaped}", $"/m/{escaped}/kicks", $"/m/{merchant}/{escaped}", $"/m/{merchant}/kicks/{escaped}",
                    $"/m/{merchant}/terminals/{escaped}", $"/m/{merchant}/users/{escaped}", $"/m/{merchant}/whitelist?search={escaped}&{escaped}={escaped}", $"/platform/merchants/{escaped}",
                    $"/platform/terminals?search={escaped}", $"/welcome/{escaped}", $"/account?said={escaped}",
                ];
                foreach (var address in addresses)
                {
                    var place = address.Replace(escaped, "…", StringComparison.Ordinal);
                    _stage.Answered(place, address, await reader.OpenAsync(address, cancellationToken));
                    _stage.Answered("post " + place, address, await reader.PostAsync(address, text, cancellationToken, fields: [("Label", text), (text, text)]));
                }
            }
        }));

        await _stage.AssertNowhereAsync(Canary.OfEachKind, cancellationToken);
    }

    [Test]
    public async Task What_a_browser_says_of_itself_and_its_way_is_in_no_mail_and_nowhere_else(CancellationToken cancellationToken)
    {
        // The host by itself: one that cannot be one is refused at once.
        string[][] together = [["Host"], ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "User-Agent", "Referer", "Origin", "X-Original-URL", "traceparent", "baggage"]];
        var relay = _stage.Kicks.Relay;
        var admin = await relay.SignInAsync(_stage.Kicks.Merchant, Roles.Admin, cancellationToken);
        var users = $"/m/{_stage.Kicks.Merchant}/users";
        var token = await admin.TokenAsync(users, cancellationToken);

        foreach (var (names, text) in together.SelectMany(_ => Canary.OfEachKind, (names, canary) => (names, canary.Text.ReplaceLineEndings(" "))))
        {
            var email = await relay.AddUserAsync(_stage.Kicks.Merchant, Roles.Viewer, cancellationToken);
            await SendAsync(relay.CreateBrowser(), "/sign-in", ("Email", email), ("Password", RelayHost.Password));
            await SendAsync(relay.CreateBrowser(), "/sign-in/forgotten", ("Email", email));
            await SendAsync(admin, users, ("Email", Addresses.New("canary")), ("Role", Roles.Viewer));

            async Task SendAsync(PageClient browser, string page, params (string Name, string Value)[] fields)
            {
                var formToken = browser == admin ? token : await browser.TokenAsync(page, cancellationToken);
                using var content = new FormUrlEncodedContent(fields.Append(("__RequestVerificationToken", formToken)).Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
                var answer = await browser.SendAsync(HttpMethod.Post, page, content, follow: true, cancellationToken, [.. names.Select(name => (name, text))]);
                _stage.Answered($"{page}: {names[0]}", page, answer);
            }
        }

        Assert.That(_stage.Inbox.Mails, Is.Not.Empty);
        await _stage.AssertNowhereAsync(Canary.OfEachKind, cancellationToken);
    }

    /// <summary>The terminal of the document's examples is there, so that calls get beyond asking for it.</summary>
    private async Task AddExampleAsync(CancellationToken cancellationToken)
    {
        const string id = "NL000101";
        await _stage.SendAsync(
            Post("/v1/admin/terminals", $$"""{"terminalId":"{{id}}","managementSystemId":"GrundmasterNL","merchantId":"{{_stage.Kicks.Merchant}}"}""", "application/json"), cancellationToken);
        await _stage.SendAsync(new ApiRequest("put example", HttpMethod.Put, "/v1/whitelist/" + id, "{}", "application/json", null), cancellationToken);
    }

    private string Kick(string reference) =>
        $$"""{"terminalId":"{{_terminal}}","managementSystemId":"GrundmasterNL","accessProtocol":"OPI_NL","onOffline":"try","reference":"{{reference}}"}""";

    private static ApiRequest Post(string address, string body, string contentType) => new($"post {address}", HttpMethod.Post, address, body, contentType, null);

    private static string Csv(string column, string text)
    {
        string Cell(string name, string usual) => name == column ? $"\"{text}\"" : usual;
        return $"terminalId,label,enabledUntil\r\n{Cell("terminalId", "NL000001")},{Cell("label", "x")},{Cell("enabledUntil", "")}\r\n";
    }

    private static string Name(string text) => new([.. text.Where(char.IsLetterOrDigit)]);

    private async Task SubmitAsync(PageClient browser, string page, (string, string)[] fields, CancellationToken cancellationToken) =>
        _stage.Answered(page, page, await browser.SubmitAsync(page, cancellationToken, fields: fields));
}
