using System.Diagnostics.CodeAnalysis;

namespace CloudKick.LocalCloud;

/// <summary>
/// The facts of one request that policies speak of by name: variables such as <c>${iot:ClientId}</c> and keys of
/// conditions. Names are as AWS writes them; they are found whatever their case.
/// </summary>
internal interface IPolicyContext
{
    /// <summary>The value of a key that has one value; false if the request has no such fact.</summary>
    bool TryGetValue(string key, [NotNullWhen(true)] out string? value);

    /// <summary>The values of a key that may have several, such as <c>iot:ConnectAttributes</c>; null if it is no such key.</summary>
    IReadOnlyList<string>? GetValues(string key);
}
