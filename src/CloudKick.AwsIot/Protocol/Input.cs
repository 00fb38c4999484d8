using System.Globalization;
using System.Text.Json;

namespace CloudKick.AwsIot.Protocol;

/// <summary>
/// How a request, or a structure in one, is written: each member's name in AWS's service model, where it travels, and how it is read from
/// <typeparamref name="T"/>. A member that is null is not sent.
/// </summary>
internal sealed class Input<T> : IShape
{
    private readonly List<InputMember<T>> _members = [];

    /// <summary>In the order in which they were named.</summary>
    public IReadOnlyList<InputMember<T>> Members => _members;

    IEnumerable<ShapeMember> IShape.Members => _members;

    /// <summary>Whether the request has a JSON document as its body, be it <c>{}</c>.</summary>
    public bool HasBody => _members.Exists(member => member.In == Location.Body);

    public Input<T> Path(string name, Func<T, string?> read) => Add(new(name, "string", Location.Path, name) { Text = read });

    public Input<T> Query(string name, Func<T, string?> read) => Add(new(name, "string", Location.Query, name) { Text = read });

    public Input<T> Query(string name, Func<T, int?> read) =>
        Add(new(name, "number", Location.Query, name) { Text = request => read(request)?.ToString(CultureInfo.InvariantCulture) });

    public Input<T> Query(string name, Func<T, long?> read) =>
        Add(new(name, "number", Location.Query, name) { Text = request => read(request)?.ToString(CultureInfo.InvariantCulture) });

    public Input<T> Query(string name, Func<T, bool?> read) => Query(name, name, read);

    public Input<T> Query(string name, string wire, Func<T, bool?> read) =>
        Add(new(name, "boolean", Location.Query, wire) { Text = request => read(request) is { } value ? (value ? "true" : "false") : null });

    public Input<T> Header(string name, string header, Func<T, string?> read) => Add(new(name, "string", Location.Header, header) { Text = read });

    public Input<T> Payload(string name, Func<T, MemoryStream?> read) => Add(new(name, "blob", Location.Payload, name) { Stream = read });

    public Input<T> Body(string name, Func<T, string?> read) => Body(name, "string", read, static (json, value) => json.WriteStringValue(value));

    public Input<T> Body(string name, Func<T, bool?> read) => Body(name, "boolean", read, static (json, value) => json.WriteBooleanValue(value!.Value));

    public Input<T> Body(string name, Func<T, int?> read) => Body(name, "number", read, static (json, value) => json.WriteNumberValue(value!.Value));

    public Input<T> Body(string name, Func<T, List<string>?> read) => Body(name, "list<string>", read, static (json, values) =>
    {
        json.WriteStartArray();
        foreach (var value in values!)
            json.WriteStringValue(value);
        json.WriteEndArray();
    });

    public Input<T> Body(string name, Func<T, Dictionary<string, string>?> read) => Body(name, "map<string>", read, static (json, values) =>
    {
        json.WriteStartObject();
        foreach (var (key, value) in values!)
            json.WriteString(key, value);
        json.WriteEndObject();
    });

    public Input<T> Body<TPart>(string name, Func<T, TPart?> read, Input<TPart> part)
        where TPart : class =>
        Body(name, typeof(TPart).Name, read, (json, value) => part.Write(json, value!), part);

    public Input<T> Body<TPart>(string name, Func<T, List<TPart>?> read, Input<TPart> part)
        where TPart : class => Body(name, $"list<{typeof(TPart).Name}>", read, (json, values) =>
    {
        json.WriteStartArray();
        foreach (var value in values!)
            part.Write(json, value);
        json.WriteEndArray();
    }, part);

    /// <summary>Writes the members that are in the body as one JSON object.</summary>
    public void Write(Utf8JsonWriter json, T value)
    {
        json.WriteStartObject();
        foreach (var member in _members)
            member.Write?.Invoke(json, value);
        json.WriteEndObject();
    }

    private Input<T> Body<TValue>(string name, string type, Func<T, TValue?> read, Action<Utf8JsonWriter, TValue?> write, IShape? part = null) =>
        Add(new(name, type, Location.Body, name, part)
        {
            Write = (json, request) =>
            {
                var value = read(request);
                if (value is null)
                    return;
                json.WritePropertyName(name);
                write(json, value);
            },
        });

    private Input<T> Add(InputMember<T> member)
    {
        _members.Add(member);
        return this;
    }
}

/// <summary>A member of a request.</summary>
internal sealed record InputMember<T>(string Name, string Type, Location In, string Wire, IShape? Part = null) : ShapeMember(Name, Type, In, Wire, Part)
{
    /// <summary>In path, query and headers: its text, or null when it is not set.</summary>
    public Func<T, string?>? Text { get; init; }

    /// <summary>As the payload.</summary>
    public Func<T, MemoryStream?>? Stream { get; init; }

    /// <summary>In the body: writes name and value, unless it is not set.</summary>
    public Action<Utf8JsonWriter, T>? Write { get; init; }
}
