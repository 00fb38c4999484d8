using System.Text;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's published Signature Version 4 test suite: its example credentials, requests and signatures.</summary>
internal sealed class SignatureV4Tests
{
    private const string Token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string Date = "20150830T123600Z";
    private const string Scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";

    [TestCase("get-vanilla", "GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [TestCase("get-unreserved", "GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f")]
    [TestCase("get-utf8", "GET", "/ሴ", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85")]
    [TestCase("get-space-normalized", "GET", "/example space/", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741")]
    [TestCase("get-slashes-normalized", "GET", "//example//", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84")]
    [TestCase("get-slash-pointless-dot-normalized", "GET", "/./example", "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5")]
    [TestCase("get-relative-relative-normalized", "GET", "/example1/example2/../..", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [TestCase("get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    [TestCase("get-vanilla-query-order-value", "GET", "/?Param1=value2&Param1=value1", "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694")]
    [TestCase("get-vanilla-query-order-encoded", "GET", "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1", "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac")]
    [TestCase("get-vanilla-utf8-query", "GET", "/?ሴ=bar", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04")]
    [TestCase("post-vanilla", "POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    public void Requests_without_more_are_signed_as_published(string name, string method, string target, string signature) =>
        Assert.That(Sign(method, target, [], ""), Is.EqualTo(signature), name);

    [TestCase("get-header-key-duplicate", "value2,value2,value1", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea")]
    [TestCase("get-header-value-order", "value4,value1,value3,value2", "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01")]
    public void Headers_of_several_lines_are_joined_in_their_order(string name, string value, string signature) =>
        Assert.That(Sign("GET", "/", new() { ["my-header1"] = value }, ""), Is.EqualTo(signature), name);

    [Test]
    public void Spaces_in_headers_are_trimmed_and_collapsed_even_in_quotes() =>
        Assert.That(
            Sign("GET", "/", new() { ["my-header1"] = " value1", ["my-header2"] = " \"a   b   c\"" }, ""),
            Is.EqualTo("acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"), "get-header-value-trim");

    [Test]
    public void The_body_is_signed() =>
        Assert.That(
            Sign("POST", "/", new() { ["content-type"] = "application/x-www-form-urlencoded" }, "Param1=value1"),
            Is.EqualTo("ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"), "post-x-www-form-urlencoded");

    [Test]
    public void The_security_token_is_signed_as_a_header() =>
        Assert.That(
            Sign("GET", "/", new() { ["x-amz-security-token"] = Token }, ""),
            Is.EqualTo("07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"), "get-vanilla-with-session-token");

    [TestCase("get-vanilla-query", "/", "", "e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d")]
    [TestCase("get-space-normalized", "/example space/", "", "7a1f416954786484c9824d93c1f26ef64acb9b1b6c9154d08c9f07d0e394abf6")]
    [TestCase("get-vanilla-with-session-token", "/", $"&X-Amz-Security-Token={Token}", "7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c")]
    public void Presigned_addresses_are_signed_as_published(string name, string path, string more, string signature)
    {
        var request = Request("GET", $"{path}?{Presigned(signature)}{more}", [], "");
        var claim = SignatureClaim.Read(request)!;

        Assert.That(Convert.ToHexStringLower(SignatureV4.Sign(request, claim, Secret)), Is.EqualTo(signature), name);
        Assert.That(claim, Has.Property(nameof(SignatureClaim.Expires)).EqualTo(TimeSpan.FromHours(1)).And.Property(nameof(SignatureClaim.IsPresigned)).True);
    }

    [Test]
    public void A_token_appended_after_signing_changes_nothing_when_it_is_left_out()
    {
        const string Signature = "e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d";
        var request = Request("GET", $"/?{Presigned(Signature)}&X-Amz-Security-Token={Token}", [], "");
        var claim = SignatureClaim.Read(request)!;

        Assert.That(claim.SecurityToken, Is.EqualTo(Token));
        Assert.That(Convert.ToHexStringLower(SignatureV4.Sign(request, claim, Secret, leaveOutToken: true)), Is.EqualTo(Signature));
    }

    [TestCase("/topics/NL-CAT%2FNL000123", "/topics/NL-CAT%252FNL000123")]
    [TestCase("/topics/a%20b", "/topics/a%2520b")]
    [TestCase("/connections/a+b/messages", "/connections/a%2Bb/messages")]
    [TestCase("/mqtt", "/mqtt")]
    [TestCase("", "/")]
    [TestCase("/..", "/")]
    public void What_is_encoded_on_the_wire_is_encoded_twice(string path, string canonical) =>
        Assert.That(SignatureV4.CanonicalPath(path), Is.EqualTo(canonical));

    [TestCase("b&a=1", "a=1&b=")]
    [TestCase("a=1=2", "a=1%3D2")]
    [TestCase("q=a+b&p=%2f", "p=%2F&q=a%2Bb")]
    [TestCase("x=a.b&x=a%2Fb", "x=a%2Fb&x=a.b")]
    [TestCase("a=%zz", "a=%25zz")]
    public void Each_parameter_has_one_spelling(string query, string canonical) =>
        Assert.That(SignatureV4.CanonicalQuery(query), Is.EqualTo(canonical));

    [TestCase("Basic dXNlcjpwYXNz")]
    [TestCase("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request")]
    [TestCase("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/us-east-1/service/aws4_request, SignedHeaders=host, Signature=00")]
    [TestCase("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00")]
    public void An_incomplete_signature_is_none(string authorization) =>
        Assert.That(SignatureClaim.Read(Request("GET", "/", new() { ["authorization"] = authorization, ["x-amz-date"] = Date }, "")), Is.Null);

    private static string Presigned(string signature) =>
        $"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={Uri.EscapeDataString(Scope)}&X-Amz-Date={Date}&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Signature={signature}";

    private static string Sign(string method, string target, Dictionary<string, string> headers, string body)
    {
        headers["x-amz-date"] = Date;
        headers["host"] = "example.amazonaws.com";
        headers["authorization"] = $"AWS4-HMAC-SHA256 Credential={Scope}, SignedHeaders={string.Join(';', headers.Keys.Order(StringComparer.Ordinal))}, Signature=00";
        var request = Request(method, target, headers, body);
        return Convert.ToHexStringLower(SignatureV4.Sign(request, SignatureClaim.Read(request)!, Secret));
    }

    private static SignedRequest Request(string method, string target, Dictionary<string, string> headers, string body)
    {
        headers.TryAdd("host", "example.amazonaws.com");
        string[] parts = target.Split('?', 2);
        return new SignedRequest(
            method, parts[0], parts.ElementAtOrDefault(1) ?? "", name => headers.GetValueOrDefault(name.ToLowerInvariant()), Encoding.UTF8.GetBytes(body));
    }
}
