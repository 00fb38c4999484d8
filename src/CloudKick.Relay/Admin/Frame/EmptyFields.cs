using System.Reflection;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// A field that nobody filled in is the empty text where a page's property cannot be null. The framework would make it null all the same.
/// Thread-safe.
/// </summary>
internal sealed class EmptyFields : IDisplayMetadataProvider
{
    public void CreateDisplayMetadata(DisplayMetadataProviderContext context)
    {
        if (context.Key.PropertyInfo is { } property && property.PropertyType == typeof(string)
            && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.NotNull)
            context.DisplayMetadata.ConvertEmptyStringToNull = false;
    }
}
