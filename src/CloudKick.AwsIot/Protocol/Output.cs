using System.Globalization;
using System.Text.Json;

namespace CloudKick.AwsIot.Protocol;

/// <summary>
/// How an answer, or a structure in one, is read: each member's name in AWS's service model and what to do with its value. What the answer
/// has beyond these members is ignored, as AWS adds members without notice; a member that is absent or null leaves <typeparamref name="T"/> as it is.
/// </summary>
internal sealed class Output<T> : IShape
    where T : new()
{
    private readonly List<OutputMember<T>> _members = [];

    /// <summary>Whether the answer says anything that is wanted.</summary>
    public bool HasMembers => _members.Count > 0;

    IEnumerable<ShapeMember> IShape.Members => _members;

    public Output<T> String(string name, Action<T, string> set) => Add(name, "string", (target, value) => set(target, AsString(value)));

    public Output<T> Boolean(string name, Action<T, bool> set) => Add(name, "boolean", (target, value) => set(target, value.GetBoolean()));

    public Output<T> Integer(string name, Action<T, int> set) => Add(name, "number", (target, value) => set(target, value.GetInt32()));

    public Output<T> Long(string name, Action<T, long> set) => Add(name, "number", (target, value) => set(target, value.GetInt64()));

    public Output<T> Blob(string name, Action<T, MemoryStream> set) => Add(name, "blob", (target, value) => set(target, new(value.GetBytesFromBase64())));

    /// <summary>Seconds since 1970, with a fraction.</summary>
    public Output<T> Timestamp(string name, Action<T, DateTime> set) => Add(name, "timestamp", (target, value) =>
        set(target, DateTime.UnixEpoch.AddTicks((long)Math.Round(value.GetDouble() * 1000) * TimeSpan.TicksPerMillisecond)));

    public Output<T> Strings(string name, Action<T, List<string>> set) =>
        Add(name, "list<string>", (target, value) => set(target, [.. value.EnumerateArray().Select(AsString)]));

    public Output<T> Map(string name, Action<T, Dictionary<string, string>> set) => Add(name, "map<string>", (target, value) =>
        set(target, value.EnumerateObject().ToDictionary(entry => entry.Name, entry => AsString(entry.Value), StringComparer.Ordinal)));

    public Output<T> Structure<TPart>(string name, Output<TPart> part, Action<T, TPart> set)
        where TPart : new() =>
        Add(name, typeof(TPart).Name, (target, value) => set(target, part.Read(value)), part);

    public Output<T> List<TPart>(string name, Output<TPart> part, Action<T, List<TPart>> set)
        where TPart : new() =>
        Add(name, $"list<{typeof(TPart).Name}>", (target, value) => set(target, [.. value.EnumerateArray().Select(part.Read)]), part);

    /// <summary>Reads one JSON object.</summary>
    /// <exception cref="InvalidOperationException">A value is not of its member's type.</exception>
    /// <exception cref="FormatException">A value is not of its member's type.</exception>
    public T Read(JsonElement json)
    {
        var target = new T();
        foreach (var member in _members)
        {
            if (json.TryGetProperty(member.Name, out var value) && value.ValueKind != JsonValueKind.Null)
                member.Set(target, value);
        }
        return target;
    }

    /// <summary>AWS has answered strings as numbers (versions); what is meant is the text.</summary>
    private static string AsString(JsonElement value) => value.ValueKind == JsonValueKind.Number
        ? value.GetRawText().ToString(CultureInfo.InvariantCulture)
        : value.GetString() ?? "";

    private Output<T> Add(string name, string type, Action<T, JsonElement> set, IShape? part = null)
    {
        _members.Add(new(name, type, set, part));
        return this;
    }
}

/// <summary>A member of an answer.</summary>
internal sealed record OutputMember<T>(string Name, string Type, Action<T, JsonElement> Set, IShape? Part) : ShapeMember(Name, Type, Location.Body, Name, Part);
