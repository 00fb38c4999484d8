using System.Text.Json.Serialization;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Terminals.Certificates;
using CloudKick.Relay.Terminals.Import;
using CloudKick.Relay.Terminals.Parameters;
using CloudKick.Relay.Terminals.Transfers;

namespace CloudKick.Relay.Terminals;

/// <summary>How the terminals' contracts are read and written.</summary>
[JsonSerializable(typeof(TerminalAnswer))]
[JsonSerializable(typeof(Page<TerminalAnswer>))]
[JsonSerializable(typeof(AdminTerminalAnswer))]
[JsonSerializable(typeof(Page<AdminTerminalAnswer>))]
[JsonSerializable(typeof(TerminalPost))]
[JsonSerializable(typeof(TerminalPatch))]
[JsonSerializable(typeof(TerminalAssignment))]
[JsonSerializable(typeof(TerminalImportAnswer))]
[JsonSerializable(typeof(IReadOnlyList<TerminalImportLineAnswer>))]
[JsonSerializable(typeof(TransferPost))]
[JsonSerializable(typeof(MerchantTransferAnswer))]
[JsonSerializable(typeof(Page<MerchantTransferAnswer>))]
[JsonSerializable(typeof(AdminTransferAnswer))]
[JsonSerializable(typeof(Page<AdminTransferAnswer>))]
[JsonSerializable(typeof(ParameterSheet))]
[JsonSerializable(typeof(CertificatePost))]
[JsonSerializable(typeof(CertificateAnswer))]
[JsonSerializable(typeof(CertificateListAnswer))]
[JsonSerializable(typeof(ProvisionedAnswer))]
internal sealed partial class TerminalJson : JsonSerializerContext;
