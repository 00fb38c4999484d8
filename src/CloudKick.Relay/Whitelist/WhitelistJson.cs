using System.Text.Json.Serialization;
using CloudKick.Relay.Paging;

namespace CloudKick.Relay.Whitelist;

/// <summary>How the whitelist's contracts are read and written.</summary>
[JsonSerializable(typeof(WhitelistPut))]
[JsonSerializable(typeof(WhitelistEntryAnswer))]
[JsonSerializable(typeof(Page<WhitelistEntryAnswer>))]
[JsonSerializable(typeof(WhitelistImport))]
[JsonSerializable(typeof(WhitelistImportAnswer))]
[JsonSerializable(typeof(IReadOnlyList<WhitelistImportLineAnswer>))]
[JsonSerializable(typeof(WhitelistChangeAnswer))]
internal sealed partial class WhitelistJson : JsonSerializerContext;
