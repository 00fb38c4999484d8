namespace CloudKick.Cli.Doctor.Network;

/// <summary>What the environment says of proxies, and for whom that counts.</summary>
internal static class ProxyCheck
{
    public const string Name = "proxy";

    private static readonly string[] Variables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    private static readonly string[] Exceptions = ["NO_PROXY", "no_proxy"];

    /// <param name="host">The endpoint.</param>
    /// <param name="variable">An environment variable's value, or null.</param>
    public static Finding Judge(string host, Func<string, string?> variable)
    {
        var set = Variables.Select(name => (Name: name, Value: variable(name))).FirstOrDefault(proxy => proxy.Value is { Length: > 0 });
        if (set.Value is null)
            return Finding.Ok(Name, "No proxy is set in the environment");
        var excepted = Exceptions.Select(variable).FirstOrDefault(value => value is { Length: > 0 });
        var evidence = $"{set.Name} is {WithoutPassword(set.Value)}";
        return excepted is not null && Covers(excepted, host)
            ? Finding.Ok(Name, $"{evidence}; {host} is excepted from it by NO_PROXY")
            : Finding.Warning(
                Name, $"{evidence}, which is for HTTPS: signed requests go through it; MQTT, requests with a certificate, terminals and these checks do not",
                $"Direct connections must be allowed anyway. If the checks above are well, add {host} to NO_PROXY; if they failed, the proxy may be the only way out: have the endpoint let through.");
    }

    private static string WithoutPassword(string proxy) =>
        proxy.LastIndexOf('@') is >= 0 and var at ? $"{(proxy.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? proxy[..(scheme + 3)] : "")}…@{proxy[(at + 1)..]}" : proxy;

    private static bool Covers(string exceptions, string host) => exceptions
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Any(entry => entry == "*" || host.Equals(entry, StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(entry[0] == '.' ? entry : $".{entry}", StringComparison.OrdinalIgnoreCase));
}
