namespace CloudKick.Relay.Tests.Auditing;

/// <summary>What is sent by POST and is not in the audit log, each with the reason.</summary>
internal static class NotAudited
{
    private const string KickTellsItself =
        "a kick is its own record: who asked for it, when, and all that happened to it; a chain would make a merchant's kicks wait for each other";

    private const string Preview = "shows what an import would do, and does nothing";
    private const string Verification = "reads the chain";
    private const string Nothing = "changes no data";

    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>
    {
        ["POST /v1/kicks/"] = KickTellsItself,
        ["POST /m/{merchantId:guid}/terminals/{terminalId}?handler=Kick"] = KickTellsItself,
        ["POST /m/{merchantId:guid}/whitelist/import"] = Preview,
        ["POST /platform/terminals/import"] = Preview,
        ["POST /m/{merchantId:guid}/audit?handler=Verify"] = Verification,
        ["POST /platform/audit?handler=Verify"] = Verification,
        ["POST /language"] = "how one's own pages are read: nobody else's business",
        ["POST /problem"] = Nothing,
        ["POST /sign-in/forgotten"] = "without a mail server, as here, no link is made; a test of its own makes one",
    };
}
