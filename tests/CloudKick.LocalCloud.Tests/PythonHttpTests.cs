namespace CloudKick.LocalCloud.Tests;

/// <summary>
/// Python's own HTTP client with a client certificate and ALPN <c>x-amzn-http-ca</c>, as terminals behind a firewall that lets
/// only 443 through publish; curl cannot choose that protocol.
/// </summary>
[CancelAfter(30_000)]
internal sealed class PythonHttpTests : ForeignFixture
{
    private const string Script = """
        import http.client, json, ssl, sys
        files, port, target = sys.argv[1:]
        context = ssl.create_default_context(cafile=f"{files}/ca.pem")
        context.load_cert_chain(f"{files}/certificate.pem", f"{files}/private.key")
        context.set_alpn_protocols(["x-amzn-http-ca"])
        connection = http.client.HTTPSConnection("localhost", int(port), context=context)
        connection.request("POST", target, body=b"kick")
        answer = connection.getresponse()
        print(connection.sock.selected_alpn_protocol(), answer.status, json.loads(answer.read())["message"], answer.headers["x-amzn-ErrorType"])
        """;

    [TestCase("/topics/NL-CAT%2FNL000123?qos=1", "x-amzn-http-ca 200 OK None", 1)]
    [TestCase("/topics/FR-CAT%2FNL000123?qos=1", "x-amzn-http-ca 403 None ForbiddenException:", 0)]
    public async Task It_publishes_over_ALPN_what_the_certificate_may(string target, string said, int published, CancellationToken cancellationToken)
    {
        await using var python = ForeignProgram.Start("/usr/bin/python3", "python3", "-c", Script, WriteCertificate("relay"), $"{Server.Port}", target);

        Assert.That((await python.FinishAsync(cancellationToken)).Trim(), Is.EqualTo(said));
        Assert.That(Control.PublishedTo(KickTopic), Is.EqualTo(published));
    }
}
