namespace CloudKick.Cli.Tests.Auditing;

/// <summary>
/// Every command there is, and what the audit log has of it: one that changes something is run, and the rows that it leaves are these and no
/// others, each in the chain of whom it concerns. A command that is neither run nor named as one that leaves none fails the test.
/// </summary>
[CancelAfter(120_000)]
internal sealed class EveryCommandTests
{
    private const string TheStandIn = "the cloud's stand-in on this machine, and no database";

    private static readonly string[] Readers =
    [
        "api-key list", "audit list", "audit verify", "doctor cloud", "doctor network", "doctor terminal", "merchant list", "migration plan",
        "terminal certificates", "terminal list", "terminal parameters", "user list", "whitelist list",
    ];

    // What is on record elsewhere, with the reason.
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["kick"] = "a kick is a record of its own: every step of it, and whose key asked",
        ["migrate"] = "the schema, not what is in it: schema_migrations has what was applied, and when",
        ["local"] = "a database of its own; LocalCommandTests looks for what is put there",
        ["cloud cut"] = TheStandIn,
        ["cloud delay"] = TheStandIn,
        ["cloud discard"] = TheStandIn,
        ["cloud drop"] = TheStandIn,
        ["cloud freeze"] = TheStandIn,
        ["cloud refuse"] = TheStandIn,
        ["cloud reset"] = TheStandIn,
        ["cloud status"] = TheStandIn,
        ["cloud thaw"] = TheStandIn,
    };

    private CommandStage _stage = null!;

    [OneTimeSetUp]
    public async Task SetTheStage() => _stage = await CommandStage.StartAsync();

    [OneTimeTearDown]
    public async Task ClearTheStage() => await _stage.DisposeAsync();

    [Test]
    public async Task Every_change_is_in_the_right_chain_with_who_and_what_before_and_after(CancellationToken cancellationToken)
    {
        await MerchantsAndPeopleAsync(cancellationToken);
        await KeysAsync(cancellationToken);
        await TerminalsAsync(cancellationToken);
        await WhitelistAsync(cancellationToken);
        await CertificatesAsync(cancellationToken);
        await AtLocalAsync(cancellationToken);

        Assert.That(CommandStage.Commands, Is.EquivalentTo(_stage.Run.Concat(Readers).Concat(Elsewhere.Keys)), "the commands that there are, and those that are run or named here");
    }

    private async Task MerchantsAndPeopleAsync(CancellationToken cancellationToken)
    {
        await _stage.ExpectAsync("merchant add Bakery", cancellationToken, """Bakery: cli merchant.add Bakery,  -> {"name": "Bakery", "disabledAt": null}""");
        await _stage.ExpectAsync("user invite --merchant Bakery --email ann@x.test --name Ann", cancellationToken, $"Bakery: cli user.invite ann@x.test,  -> {Person("ann@x.test", "Ann", "admin")}");
        await _stage.ExpectAsync("user invite --platform --email op@x.test", cancellationToken, $"platform: cli user.invite op@x.test,  -> {Person("op@x.test", "", "platform-operator")}");
        await _stage.ChangeAsync("update users set password_hash = 'x', totp_secret = '\\x01'", cancellationToken);
        await _stage.ExpectAsync(
            "user reset ann@x.test --merchant Bakery", cancellationToken,
            $"Bakery: cli user.reset ann@x.test, {Person("ann@x.test", "Ann", "admin", "true")} -> {Person("ann@x.test", "Ann", "admin", "true")}");
        await _stage.ExpectAsync(
            "user reset op@x.test --platform --second-factor", cancellationToken,
            $"platform: cli user.reset-second-factor op@x.test, {Person("op@x.test", "", "platform-operator", "true")} -> {Person("op@x.test", "", "platform-operator")}");

        static string Person(string email, string name, string role, string secondFactor = "false") =>
            $$"""{"name": "{{name}}", "role": "{{role}}", "email": "{{email}}", "disabledAt": null, "secondFactor": {{secondFactor}}}""";
    }

    private async Task KeysAsync(CancellationToken cancellationToken)
    {
        var tools = await _stage.ExpectAsync(
            "api-key create --platform --label tools", cancellationToken, $"platform: cli api-key.create tools,  -> {Key("tools", "\"platform:admin\"")}");
        var till = await _stage.ExpectAsync(
            "api-key create --merchant Bakery --label till --scope whitelist:read whitelist:write", cancellationToken,
            $"Bakery: cli api-key.create till,  -> {Key("till", "\"whitelist:read\", \"whitelist:write\"")}");
        var spare = await _stage.ExpectAsync(
            "api-key create --merchant Bakery --label spare --scope kicks:read", cancellationToken, $"Bakery: cli api-key.create spare,  -> {Key("spare", "\"kicks:read\"")}");
        await _stage.ExpectAsync(
            $"api-key revoke {spare.JsonLines.Single().GetProperty("keyId")}", cancellationToken,
            $"Bakery: cli api-key.revoke spare, {Key("spare", "\"kicks:read\"")} -> {Key("spare", "\"kicks:read\"", "\"now\"")}");
        _stage.Set("CLOUDKICK_ADMIN_KEY", TokenOf(tools));
        _stage.Set("CLOUDKICK_API_KEY", TokenOf(till));

        static string TokenOf(Invocation run) => run.JsonLines.Single().GetProperty("token").GetString()!;
        static string Key(string label, string scopes, string revokedAt = "null") =>
            $$"""{"label": "{{label}}", "scopes": [{{scopes}}], "expiresAt": null, "revokedAt": {{revokedAt}}, "environment": "test"}""";
    }

    private async Task TerminalsAsync(CancellationToken cancellationToken)
    {
        await _stage.ExpectAsync(
            "terminal add NL1 --merchant Bakery --label counter --firmware 14.0.12.0", cancellationToken,
            $"Bakery: cli terminal.add NL1,  -> {Terminal("NL1", "counter", "\"14.0.12.0\"")}");
        await _stage.ExpectAsync(
            "terminal add NL2 NL3 --merchant Bakery --whitelist", cancellationToken,
            $"Bakery: cli terminal.add NL2,  -> {Terminal("NL2")}", $"Bakery: cli whitelist.add NL2,  -> {Entry()}",
            $"Bakery: cli terminal.add NL3,  -> {Terminal("NL3")}", $"Bakery: cli whitelist.add NL3,  -> {Entry()}");
    }

    private async Task WhitelistAsync(CancellationToken cancellationToken)
    {
        const string until = "2037-01-31T22:59:59Z";
        var file = Path.Combine(_stage.Directory, "list.csv");
        await File.WriteAllTextAsync(file, "terminalId,label\nNL1,door\nNL2,\nNL3,hatch\n", cancellationToken);
        await _stage.ExpectAsync("whitelist add NL1 --label till", cancellationToken, $"Bakery: key:till whitelist.add NL1,  -> {Entry("till")}");
        await _stage.ExpectAsync(
            $"whitelist add NL1 --label till --until {until}", cancellationToken, $"Bakery: key:till whitelist.update NL1, {Entry("till")} -> {Entry("till", $"\"{until}\"")}");
        await _stage.ExpectAsync($"whitelist import {file} --dry-run", cancellationToken);
        await _stage.ExpectAsync(
            $"whitelist import {file}", cancellationToken,
            $"Bakery: key:till whitelist.update NL1, {Entry("till", $"\"{until}\"")} -> {Entry("door", $"\"{until}\"")}",
            $"Bakery: key:till whitelist.update NL3, {Entry()} -> {Entry("hatch")}");
        await _stage.ExpectAsync("whitelist remove NL3 NL2", cancellationToken, $"Bakery: key:till whitelist.remove NL3, {Entry("hatch")} -> ", $"Bakery: key:till whitelist.remove NL2, {Entry()} -> ");
    }

    private async Task CertificatesAsync(CancellationToken cancellationToken)
    {
        await _stage.ExpectAsync($"terminal provision NL1 --out {_stage.Directory}/NL1", cancellationToken, Provisioned("NL1"));
        await _stage.ExpectAsync($"terminal rotate NL1 --out {_stage.Directory}/NL1-next", cancellationToken, Provisioned("NL1"));
        await _stage.ExpectAsync("terminal rotate NL1 --retire --force", cancellationToken, Revoked("NL1"));
        await _stage.ExpectAsync(
            "terminal revoke NL1 --all --delete", cancellationToken,
            $"Bakery: key:tools terminal.certificate.delete NL1, {Certificate("REVOKED")} -> ", Revoked("NL1"),
            $"Bakery: key:tools terminal.certificate.delete NL1, {Certificate("REVOKED")} -> ");
    }

    // There unknown terminals are made known.
    private async Task AtLocalAsync(CancellationToken cancellationToken)
    {
        await _stage.AnnounceLocalAsync("Bakery", cancellationToken);
        await _stage.ExpectAsync($"terminal provision NL4 --out {_stage.Directory}/NL4", cancellationToken, [.. MadeKnown("NL4"), .. Provisioned("NL4")]);
        await _stage.ExpectUntilStoppedAsync("terminal simulate NL5", cancellationToken, MadeKnown("NL5"));
    }

    private static string[] MadeKnown(string terminal) =>
        [$"Bakery: key:tools terminal.add {terminal},  -> {Terminal(terminal)}", $"Bakery: key:till whitelist.add {terminal},  -> {Entry()}"];

    private static string[] Provisioned(string terminal) =>
    [
        $$"""Bakery: key:tools terminal.certificate.create {{terminal}},  -> {"publicKeySha256": "#"}""",
        $"Bakery: key:tools terminal.certificate.activate {terminal}, {Certificate("INACTIVE")} -> {Certificate("ACTIVE")}",
    ];

    private static string Revoked(string terminal) => $"Bakery: key:tools terminal.certificate.revoke {terminal}, {Certificate("ACTIVE")} -> {Certificate("REVOKED")}";

    private static string Certificate(string status) => $$"""{"status": "{{status}}", "certificateId": "#"}""";

    private static string Entry(string label = "", string enabledUntil = "null") => $$"""{"label": "{{label}}", "enabledUntil": {{enabledUntil}}}""";

    private static string Terminal(string id, string label = "", string firmware = "null") =>
        $$"""{"label": "{{label}}", "thingName": "{{id}}", "merchantId": "Bakery", "connectMode": "2.0", "topicTemplate": null, "firmwareVersion": {{firmware}}, "subscriptionTopic": null, "managementSystemId": "GrundmasterNL"}""";
}
