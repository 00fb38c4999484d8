namespace CloudKick.Relay.Tests.Security;

/// <summary>
/// Who may call what, written down by hand: method and route of every endpoint, and everybody whom it lets through. Whoever adds an
/// endpoint adds its line.
/// </summary>
internal static class AccessMatrix
{
    public const string Everybody = "everybody";

    private const string SignedIn = "viewer operator admin support platform";
    private const string Operators = "operator admin";
    private const string Admins = "admin";
    private const string MerchantsPeople = "viewer operator admin";
    private const string PlatformReads = "support platform key:platform:admin";
    private const string PlatformWrites = "platform key:platform:admin";
    private const string Kickers = "operator admin platform";
    private const string AdminsAndPlatform = "admin support platform";
    private const string AdminsAndOperators = "admin platform";
    private const string PlatformPeople = "support platform";
    private const string PlatformOperators = "platform";

    public static readonly IReadOnlyDictionary<string, string> Lines = new Dictionary<string, string>
    {
        // The API: a merchant's calls act for the caller's merchant, so the platform's people have no use for them.
        ["GET /v1/kicks/"] = $"{MerchantsPeople} key:kicks:read",
        ["POST /v1/kicks/"] = $"{Operators} key:kicks:write",
        ["GET /v1/kicks/{id}"] = $"{MerchantsPeople} key:kicks:read",
        ["GET /v1/kicks/{id}/events"] = $"{MerchantsPeople} key:kicks:read",
        ["POST /v1/kicks/{id}/cancel"] = $"{Operators} key:kicks:write",
        ["GET /v1/terminals/"] = $"{MerchantsPeople} key:terminals:read",
        ["GET /v1/terminals/{terminalId}"] = $"{MerchantsPeople} key:terminals:read",
        ["GET /v1/terminals/{terminalId}/diagnosis"] = $"{MerchantsPeople} key:terminals:read",
        ["GET /v1/migration-plan"] = $"{MerchantsPeople} key:terminals:read",
        ["GET /v1/terminals/{terminalId}/parameters"] = $"{MerchantsPeople} key:terminals:read",
        ["GET /v1/whitelist/"] = $"{MerchantsPeople} key:whitelist:read",
        ["GET /v1/whitelist/{terminalId}"] = $"{MerchantsPeople} key:whitelist:read",
        ["PUT /v1/whitelist/{terminalId}"] = $"{Admins} key:whitelist:write",
        ["DELETE /v1/whitelist/{terminalId}"] = $"{Admins} key:whitelist:write",
        ["POST /v1/whitelist/import"] = $"{Admins} key:whitelist:write",
        ["GET /v1/whitelist-changes/last"] = $"{MerchantsPeople} key:whitelist:read",
        ["POST /v1/whitelist-changes/{changeId:guid}/undo"] = $"{Admins} key:whitelist:write",
        ["GET /v1/transfers/"] = $"{MerchantsPeople} key:whitelist:read",
        ["GET /v1/transfers/{transferId:guid}"] = $"{MerchantsPeople} key:whitelist:read",
        ["POST /v1/transfers/{transferId:guid}/agree"] = $"{Admins} key:whitelist:write",
        ["POST /v1/transfers/{transferId:guid}/decline"] = $"{Admins} key:whitelist:write",

        ["GET /v1/api-keys/"] = $"{Admins} key:keys:read",
        ["POST /v1/api-keys/"] = $"{Admins} key:keys:write",
        ["GET /v1/api-keys/{keyId}"] = $"{Admins} key:keys:read",
        ["POST /v1/api-keys/{keyId}/rotate"] = $"{Admins} key:keys:write",
        ["POST /v1/api-keys/{keyId}/revoke"] = $"{Admins} key:keys:write",
        ["GET /v1/audit/"] = $"{Admins} key:audit:read",
        ["GET /v1/audit/verification"] = $"{Admins} key:audit:read",

        // The platform's calls.
        ["GET /v1/admin/merchants/"] = PlatformReads,
        ["POST /v1/admin/merchants/"] = PlatformWrites,
        ["GET /v1/admin/merchants/{merchantId:guid}"] = PlatformReads,
        ["GET /v1/admin/merchants/{merchantId:guid}/migration-plan"] = PlatformReads,
        ["POST /v1/admin/merchants/{merchantId:guid}/disable"] = PlatformWrites,
        ["POST /v1/admin/merchants/{merchantId:guid}/enable"] = PlatformWrites,
        ["GET /v1/admin/merchants/{merchantId:guid}/api-keys"] = PlatformReads,
        ["POST /v1/admin/merchants/{merchantId:guid}/api-keys"] = PlatformWrites,
        ["GET /v1/admin/api-keys"] = PlatformReads,
        ["POST /v1/admin/api-keys"] = PlatformWrites,
        ["GET /v1/admin/api-keys/{keyId}"] = PlatformReads,
        ["POST /v1/admin/api-keys/{keyId}/rotate"] = PlatformWrites,
        ["POST /v1/admin/api-keys/{keyId}/revoke"] = PlatformWrites,
        ["GET /v1/admin/audit"] = PlatformReads,
        ["GET /v1/admin/audit/verification"] = PlatformReads,
        ["GET /v1/admin/merchants/{merchantId:guid}/audit"] = PlatformReads,
        ["GET /v1/admin/merchants/{merchantId:guid}/audit/verification"] = PlatformReads,
        ["GET /v1/admin/terminals/"] = PlatformReads,
        ["POST /v1/admin/terminals/"] = PlatformWrites,
        ["POST /v1/admin/terminals/import"] = PlatformWrites,
        ["GET /v1/admin/terminals/{terminalId}"] = PlatformReads,
        ["GET /v1/admin/terminals/{terminalId}/diagnosis"] = PlatformReads,
        ["GET /v1/admin/terminals/{terminalId}/parameters"] = PlatformReads,
        ["PATCH /v1/admin/terminals/{terminalId}"] = PlatformWrites,
        ["PUT /v1/admin/terminals/{terminalId}/merchant"] = PlatformWrites,
        ["DELETE /v1/admin/terminals/{terminalId}/merchant"] = PlatformWrites,
        ["GET /v1/admin/transfers/"] = PlatformReads,
        ["POST /v1/admin/transfers/"] = PlatformWrites,
        ["GET /v1/admin/transfers/{transferId:guid}"] = PlatformReads,
        ["POST /v1/admin/transfers/{transferId:guid}/withdraw"] = PlatformWrites,
        ["GET /v1/admin/terminals/{terminalId}/certificates"] = PlatformReads,
        ["POST /v1/admin/terminals/{terminalId}/certificates"] = PlatformWrites,
        ["GET /v1/admin/terminals/{terminalId}/certificates/{certificateId}"] = PlatformReads,
        ["DELETE /v1/admin/terminals/{terminalId}/certificates/{certificateId}"] = PlatformWrites,
        ["POST /v1/admin/terminals/{terminalId}/certificates/{certificateId}/activate"] = PlatformWrites,
        ["POST /v1/admin/terminals/{terminalId}/certificates/{certificateId}/deactivate"] = PlatformWrites,
        ["POST /v1/admin/terminals/{terminalId}/certificates/{certificateId}/revoke"] = PlatformWrites,

        // The way in, and what needs nobody.
        ["GET /health/live"] = Everybody,
        ["GET /health/ready"] = Everybody,
        ["GET /assets/{name}"] = Everybody,
        ["GET /problem"] = Everybody,
        ["POST /problem"] = Everybody,
        ["GET /language"] = Everybody,
        ["POST /language"] = Everybody,
        ["GET /sign-in"] = Everybody,
        ["POST /sign-in"] = Everybody,
        ["GET /sign-in/code"] = Everybody,
        ["POST /sign-in/code"] = Everybody,
        ["GET /sign-in/forgotten"] = Everybody,
        ["POST /sign-in/forgotten"] = Everybody,
        ["GET /welcome/{token}"] = Everybody,
        ["POST /welcome/{token}"] = Everybody,

        // One's own.
        ["GET /"] = SignedIn,
        ["POST /"] = SignedIn,
        ["GET /account"] = SignedIn,
        ["POST /account"] = SignedIn,
        ["GET /account/second-factor"] = SignedIn,
        ["POST /account/second-factor"] = SignedIn,

        // A merchant's pages: support reads all of them, the platform's operators do all that an admin may.
        ["GET /m/{merchantId:guid}/overview"] = SignedIn,
        ["POST /m/{merchantId:guid}/overview"] = SignedIn,
        ["GET /m/{merchantId:guid}/terminals"] = SignedIn,
        ["POST /m/{merchantId:guid}/terminals"] = SignedIn,
        ["GET /m/{merchantId:guid}/terminals/{terminalId}"] = SignedIn,
        ["POST /m/{merchantId:guid}/terminals/{terminalId}"] = Kickers,
        ["GET /m/{merchantId:guid}/terminals/{terminalId}/parameters"] = SignedIn,
        ["POST /m/{merchantId:guid}/terminals/{terminalId}/parameters"] = SignedIn,
        ["GET /m/{merchantId:guid}/kicks"] = SignedIn,
        ["POST /m/{merchantId:guid}/kicks"] = SignedIn,
        ["GET /m/{merchantId:guid}/kicks/{id}"] = SignedIn,
        ["POST /m/{merchantId:guid}/kicks/{id}"] = Kickers,
        ["GET /m/{merchantId:guid}/transfers"] = SignedIn,
        ["POST /m/{merchantId:guid}/transfers"] = AdminsAndOperators,
        ["GET /m/{merchantId:guid}/network"] = SignedIn,
        ["POST /m/{merchantId:guid}/network"] = SignedIn,
        ["GET /m/{merchantId:guid}/plan"] = SignedIn,
        ["POST /m/{merchantId:guid}/plan"] = SignedIn,
        ["GET /m/{merchantId:guid}/users"] = AdminsAndPlatform,
        ["POST /m/{merchantId:guid}/users"] = AdminsAndOperators,
        ["GET /m/{merchantId:guid}/users/{userId:guid}"] = AdminsAndPlatform,
        ["POST /m/{merchantId:guid}/users/{userId:guid}"] = AdminsAndOperators,

        ["GET /m/{merchantId:guid}/api-keys"] = AdminsAndPlatform,
        ["POST /m/{merchantId:guid}/api-keys"] = AdminsAndOperators,
        ["GET /m/{merchantId:guid}/api-keys/{keyId}"] = AdminsAndPlatform,
        ["POST /m/{merchantId:guid}/api-keys/{keyId}"] = AdminsAndOperators,
        ["GET /m/{merchantId:guid}/api-keys/first-call"] = AdminsAndPlatform,
        ["POST /m/{merchantId:guid}/api-keys/first-call"] = AdminsAndPlatform,
        ["GET /m/{merchantId:guid}/audit"] = AdminsAndPlatform,
        ["POST /m/{merchantId:guid}/audit"] = AdminsAndPlatform, // checks the chain, changes nothing
        ["GET /m/{merchantId:guid}/whitelist"] = SignedIn,
        ["POST /m/{merchantId:guid}/whitelist"] = AdminsAndOperators,
        ["GET /m/{merchantId:guid}/whitelist/entries/{terminalId}"] = SignedIn,
        ["POST /m/{merchantId:guid}/whitelist/entries/{terminalId}"] = AdminsAndOperators,
        ["GET /m/{merchantId:guid}/whitelist/import"] = AdminsAndOperators,
        ["POST /m/{merchantId:guid}/whitelist/import"] = AdminsAndOperators,

        // The platform's pages.
        ["GET /platform/api-keys"] = PlatformPeople,
        ["POST /platform/api-keys"] = PlatformOperators,
        ["GET /platform/api-keys/{keyId}"] = PlatformPeople,
        ["POST /platform/api-keys/{keyId}"] = PlatformOperators,
        ["GET /platform/merchants"] = PlatformPeople,
        ["POST /platform/merchants"] = PlatformOperators,
        ["GET /platform/merchants/{merchantId:guid}"] = PlatformPeople,
        ["POST /platform/merchants/{merchantId:guid}"] = PlatformOperators,
        ["GET /platform/settings"] = PlatformPeople,
        ["POST /platform/settings"] = PlatformPeople,
        ["GET /platform/audit"] = PlatformPeople,
        ["POST /platform/audit"] = PlatformPeople, // checks the chain, changes nothing
        ["GET /platform/problems"] = PlatformPeople,
        ["POST /platform/problems"] = PlatformPeople,
        ["GET /platform/terminals"] = PlatformPeople,
        ["POST /platform/terminals"] = PlatformOperators,
        ["GET /platform/terminals/import"] = PlatformOperators,
        ["POST /platform/terminals/import"] = PlatformOperators,
        ["GET /platform/terminals/{terminalId}"] = PlatformPeople,
        ["POST /platform/terminals/{terminalId}"] = PlatformOperators,
        ["GET /platform/overview"] = PlatformPeople,
        ["POST /platform/overview"] = PlatformPeople,
        ["GET /platform/users"] = PlatformPeople,
        ["POST /platform/users"] = PlatformOperators,
        ["GET /platform/users/{userId:guid}"] = PlatformPeople,
        ["POST /platform/users/{userId:guid}"] = PlatformOperators,
    };
}
