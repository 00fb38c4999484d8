using System.Text.Json.Serialization;
using CloudKick.Relay.Paging;

namespace CloudKick.Relay.Admin;

[JsonSerializable(typeof(MerchantRequest))]
[JsonSerializable(typeof(MerchantResponse))]
[JsonSerializable(typeof(Page<MerchantResponse>))]
[JsonSerializable(typeof(ApiKeyRequest))]
[JsonSerializable(typeof(ApiKeyRotation))]
[JsonSerializable(typeof(ApiKeyResponse))]
[JsonSerializable(typeof(Page<ApiKeyResponse>))]
[JsonSerializable(typeof(CreatedApiKeyResponse))]
internal sealed partial class AdminJson : JsonSerializerContext;
