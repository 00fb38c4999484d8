namespace CloudKick.Relay.OpenApi;

/// <summary>What types are called in the API's description: <c>KickResponse</c>, <c>MerchantResponsePage</c>, <c>Problem</c>.</summary>
internal static class SchemaNames
{
    public static string Of(Type type)
    {
        if (type == typeof(Problems.ProblemBody))
            return "Problem";
        return type.IsGenericType
            ? string.Concat(type.GetGenericArguments().Select(Of)) + type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]
            : type.Name;
    }
}
