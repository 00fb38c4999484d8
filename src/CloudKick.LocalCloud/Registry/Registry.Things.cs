using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

internal sealed partial class Registry
{
    /// <summary>Succeeds again for the same name, type and attributes.</summary>
    public ThingDescription CreateThing(string thingName, string? thingTypeName = null, IReadOnlyDictionary<string, string>? attributes = null)
    {
        RegistryNames.CheckThing(thingName);
        var wanted = Attributes(attributes);
        lock (_gate)
        {
            if (_things.TryGetValue(thingName, out var present))
            {
                var description = present.Description;
                if (description.ThingTypeName == thingTypeName && description.Attributes.SequenceEqual(wanted)) return description;
                throw new RegistryException(
                    RegistryFault.ResourceAlreadyExists, $"Thing {thingName} already exists in account with different attributes",
                    description.ThingArn, description.ThingId);
            }
            CheckRoom(_things.Count, "things");
            CheckTypeAndAttributes(thingTypeName, wanted);
            var created = new ThingDescription(thingName, Guid.NewGuid().ToString(), Arns.Thing(thingName), thingTypeName, wanted, Version: 1);
            _things.Add(thingName, new ThingEntry(created));
            return created;
        }
    }

    public ThingDescription DescribeThing(string thingName)
    {
        lock (_gate) return FindThing(thingName).Description;
    }

    /// <param name="thingName">Which thing.</param>
    /// <param name="thingTypeName">Its new type; null leaves the one it has.</param>
    /// <param name="attributes">New attributes; null leaves them, and an empty value removes an attribute when merging.</param>
    /// <param name="merge">Whether attributes that are not named stay.</param>
    /// <param name="removeThingType">Whether the thing is to have no type any more.</param>
    /// <param name="expectedVersion">The version that the caller has seen; null updates any.</param>
    public void UpdateThing(
        string thingName, string? thingTypeName, IReadOnlyDictionary<string, string>? attributes, bool merge, bool removeThingType, long? expectedVersion)
    {
        if (thingTypeName is not null && removeThingType)
            throw new RegistryException(RegistryFault.InvalidRequest, "thingTypeName and removeThingType cannot both be given");
        lock (_gate)
        {
            var thing = FindThing(thingName);
            CheckVersion(thing, expectedVersion);
            var changed = attributes is null ? thing.Description.Attributes
                : merge ? Attributes(thing.Description.Attributes.SetItems(attributes).Where(pair => pair.Value.Length > 0))
                : Attributes(attributes);
            string? type = removeThingType ? null : thingTypeName ?? thing.Description.ThingTypeName;
            CheckTypeAndAttributes(type, changed);
            thing.Description = thing.Description with { ThingTypeName = type, Attributes = changed, Version = thing.Description.Version + 1 };
            foreach (var certificate in thing.Principals.Keys) Regrant(certificate);
        }
    }

    /// <summary>Also succeeds for a thing that does not exist.</summary>
    public void DeleteThing(string thingName, long? expectedVersion = null)
    {
        lock (_gate)
        {
            if (!_things.TryGetValue(thingName, out var thing)) return;
            CheckVersion(thing, expectedVersion);
            if (thing.Principals.Count > 0)
                throw new RegistryException(RegistryFault.InvalidRequest, $"Cannot delete. Thing {thingName} is still attached to one or more principals");
            _things.Remove(thingName);
        }
    }

    public ImmutableArray<ThingDescription> ListThings()
    {
        lock (_gate) return [.. _things.Values.Select(thing => thing.Description).OrderBy(thing => thing.ThingName, StringComparer.Ordinal)];
    }

    /// <summary>Succeeds again for the same name, description and searchable attributes.</summary>
    public ThingTypeDescription CreateThingType(string thingTypeName, string? description = null, IReadOnlyList<string>? searchableAttributes = null)
    {
        RegistryNames.CheckThingType(thingTypeName);
        searchableAttributes ??= [];
        lock (_gate)
        {
            if (_thingTypes.TryGetValue(thingTypeName, out var present))
            {
                if (present.Description == description && present.SearchableAttributes.SequenceEqual(searchableAttributes)) return present;
                throw new RegistryException(
                    RegistryFault.ResourceAlreadyExists, $"Thing type {thingTypeName} already exists in account with different properties",
                    present.ThingTypeArn, present.ThingTypeId);
            }
            CheckRoom(_thingTypes.Count, "thing types");
            var created = new ThingTypeDescription(
                thingTypeName, Guid.NewGuid().ToString(), Arns.ThingType(thingTypeName), description, [.. searchableAttributes], Now);
            _thingTypes.Add(thingTypeName, created);
            return created;
        }
    }

    public ThingTypeDescription DescribeThingType(string thingTypeName)
    {
        lock (_gate) return FindThingType(thingTypeName);
    }

    public ImmutableArray<ThingTypeDescription> ListThingTypes()
    {
        lock (_gate) return [.. _thingTypes.Values.OrderBy(type => type.ThingTypeName, StringComparer.Ordinal)];
    }

    private ThingTypeDescription FindThingType(string thingTypeName) => _thingTypes.TryGetValue(thingTypeName, out var type)
        ? type : throw new RegistryException(RegistryFault.ResourceNotFound, $"Thing type {thingTypeName} cannot be found.");

    private static ImmutableSortedDictionary<string, string> Attributes(IEnumerable<KeyValuePair<string, string>>? attributes)
    {
        var sorted = (attributes ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in sorted) RegistryNames.CheckAttribute(name, value);
        return sorted;
    }

    private void CheckTypeAndAttributes(string? thingTypeName, ImmutableSortedDictionary<string, string> attributes)
    {
        if (thingTypeName is not null) FindThingType(thingTypeName);
        int most = thingTypeName is null ? RegistrySettings.MaximumAttributesWithoutType : RegistrySettings.MaximumAttributesWithType;
        if (attributes.Count > most)
        {
            throw new RegistryException(
                RegistryFault.InvalidRequest, $"A thing {(thingTypeName is null ? "without" : "with")} a thing type has at most {most} attributes.");
        }
    }

    private static void CheckVersion(ThingEntry thing, long? expectedVersion)
    {
        if (expectedVersion is { } expected && expected != thing.Description.Version)
        {
            throw new RegistryException(
                RegistryFault.VersionConflict,
                $"The version for Thing {thing.Description.ThingName} does not match the expected version. The expected version number was {expected}, but the actual version is {thing.Description.Version}.");
        }
    }
}
