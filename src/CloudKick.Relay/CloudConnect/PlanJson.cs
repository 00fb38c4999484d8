using System.Text.Json.Serialization;

namespace CloudKick.Relay.CloudConnect;

/// <summary>How the migration plan is written.</summary>
[JsonSerializable(typeof(MigrationPlanAnswer))]
internal sealed partial class PlanJson : JsonSerializerContext;
