namespace CloudKick.LocalCloud;

/// <summary>Things and thing types of AWS's control plane.</summary>
internal sealed class ThingOperations(Registry registry, Broker broker, ApiGate gate)
{
    public IEnumerable<ApiOperation> Operations =>
    [
        new("POST", "/things/{thingName}", ApiPlane.Control, CreateThingAsync),
        new("GET", "/things/{thingName}", ApiPlane.Control, DescribeThingAsync),
        new("PATCH", "/things/{thingName}", ApiPlane.Control, UpdateThingAsync),
        new("DELETE", "/things/{thingName}", ApiPlane.Control, DeleteThingAsync),
        new("GET", "/things", ApiPlane.Control, ListThingsAsync),
        new("POST", "/things/{thingName}/connectivity-data", ApiPlane.Control, GetThingConnectivityDataAsync),
        new("POST", "/thing-types/{thingTypeName}", ApiPlane.Control, CreateThingTypeAsync),
        new("GET", "/thing-types/{thingTypeName}", ApiPlane.Control, DescribeThingTypeAsync),
        new("GET", "/thing-types", ApiPlane.Control, ListThingTypesAsync),
    ];

    private Task CreateThingAsync(ApiCall call)
    {
        string name = Thing(call, "iot:CreateThing");
        var request = call.Json(ControlJson.Default.CreateThingRequest);
        var thing = registry.CreateThing(name, request.ThingTypeName, request.AttributePayload?.Attributes);
        return call.AnswerAsync(new CreateThingAnswer(thing.ThingName, thing.ThingArn, thing.ThingId), ControlJson.Default.CreateThingAnswer);
    }

    private Task DescribeThingAsync(ApiCall call)
    {
        var thing = registry.DescribeThing(Thing(call, "iot:DescribeThing"));
        return call.AnswerAsync(
            new DescribeThingAnswer(thing.DefaultClientId, thing.ThingName, thing.ThingId, thing.ThingArn, thing.ThingTypeName, thing.Attributes, thing.Version),
            ControlJson.Default.DescribeThingAnswer);
    }

    private Task UpdateThingAsync(ApiCall call)
    {
        string name = Thing(call, "iot:UpdateThing");
        var request = call.Json(ControlJson.Default.UpdateThingRequest);
        registry.UpdateThing(
            name, request.ThingTypeName, request.AttributePayload?.Attributes, request.AttributePayload?.Merge ?? false, request.RemoveThingType, request.ExpectedVersion);
        return call.AnswerAsync(new Nothing(), ControlJson.Default.Nothing);
    }

    private Task DeleteThingAsync(ApiCall call)
    {
        registry.DeleteThing(Thing(call, "iot:DeleteThing"), call.QueryNumber("expectedVersion", 0, int.MaxValue));
        return call.AnswerAsync(new Nothing(), ControlJson.Default.Nothing);
    }

    private Task ListThingsAsync(ApiCall call)
    {
        gate.Demand(call, "iot:ListThings", "*");
        string? type = call.Query("thingTypeName");
        string? attribute = call.Query("attributeName");
        string? value = call.Query("attributeValue");
        var found = registry.ListThings().Where(thing =>
            (type is null || thing.ThingTypeName == type)
            && (attribute is null || (thing.Attributes.TryGetValue(attribute, out string? actual) && (value is null || actual == value))));
        var (page, next) = call.Page([.. found], thing => thing.ThingName);
        var summaries = page.Select(thing => new ThingSummary(thing.ThingName, thing.ThingTypeName, thing.ThingArn, thing.Attributes, thing.Version)).ToArray();
        return call.AnswerAsync(new ThingPage(summaries, next), ControlJson.Default.ThingPage);
    }

    /// <summary>
    /// The connection of the client that has the thing's name, as AWS's index knows it. LocalCloud's index is always ready, and
    /// forgets a connection half an hour after its end.
    /// </summary>
    private Task GetThingConnectivityDataAsync(ApiCall call)
    {
        string name = registry.DescribeThing(Thing(call, "iot:GetThingConnectivityData")).ThingName;
        var record = broker.FindRecord(name);
        var answer = record switch
        {
            null => new ConnectivityAnswer(name, Connected: false, null, null),
            { DisconnectedAt: { } end } => new ConnectivityAnswer(name, Connected: false, end.ToUnixSeconds(), record.DisconnectReason),
            _ => new ConnectivityAnswer(name, Connected: true, record.ConnectedAt.ToUnixSeconds(), "NONE"),
        };
        return call.AnswerAsync(answer, ControlJson.Default.ConnectivityAnswer);
    }

    private Task CreateThingTypeAsync(ApiCall call)
    {
        string name = ThingType(call, "iot:CreateThingType");
        var properties = call.Json(ControlJson.Default.CreateThingTypeRequest).ThingTypeProperties;
        var type = registry.CreateThingType(name, properties?.ThingTypeDescription, properties?.SearchableAttributes);
        return call.AnswerAsync(new CreateThingTypeAnswer(type.ThingTypeName, type.ThingTypeArn, type.ThingTypeId), ControlJson.Default.CreateThingTypeAnswer);
    }

    private Task DescribeThingTypeAsync(ApiCall call) =>
        call.AnswerAsync(Answer(registry.DescribeThingType(ThingType(call, "iot:DescribeThingType"))), ControlJson.Default.ThingTypeAnswer);

    private Task ListThingTypesAsync(ApiCall call)
    {
        gate.Demand(call, "iot:ListThingTypes", "*");
        var (page, next) = call.Page(registry.ListThingTypes(), type => type.ThingTypeName);
        return call.AnswerAsync(new ThingTypePage([.. page.Select(Answer)], next), ControlJson.Default.ThingTypePage);
    }

    private string Thing(ApiCall call, string action)
    {
        string name = call.Path("thingName");
        gate.Demand(call, action, $"thing/{name}");
        return name;
    }

    private string ThingType(ApiCall call, string action)
    {
        string name = call.Path("thingTypeName");
        gate.Demand(call, action, $"thingtype/{name}");
        return name;
    }

    private static ThingTypeAnswer Answer(ThingTypeDescription type) => new(
        type.ThingTypeName, type.ThingTypeArn, type.ThingTypeId, new ThingTypeProperties(type.Description, type.SearchableAttributes),
        new ThingTypeMetadata(Deprecated: false, type.CreationDate.ToUnixSeconds()));
}
