using System.Reflection;

namespace CloudKick.Relay.Security;

/// <summary>Who changes something, for the audit log. An endpoint behind a scope takes it as a parameter.</summary>
/// <param name="Name"><c>key:&lt;key id&gt;</c>, <c>user:&lt;user id&gt;</c> (the platform's people: <c>operator:</c>, <c>support:</c>), or <c>cli</c>.</param>
/// <param name="Origin">The network address that the change came from, when it came over one.</param>
public sealed record Actor(string Name, string? Origin = null)
{
    /// <summary>Somebody at the command line, with a database login of their own.</summary>
    public static Actor Cli { get; } = new("cli");

    /// <summary>Binds an endpoint's parameter.</summary>
    /// <exception cref="InvalidOperationException">The endpoint requires no scope.</exception>
    public static async ValueTask<Actor?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var caller = await Caller.BindAsync(context, parameter);
        return new Actor(caller!.Actor, context.Connection.RemoteIpAddress?.ToString());
    }
}
