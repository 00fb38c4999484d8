namespace CloudKick.Relay.Admin.Frame;

/// <summary>New content for one element of a page that is being looked at.</summary>
/// <param name="Id">The element's id.</param>
/// <param name="Partial">The partial view that writes what is inside it.</param>
/// <param name="Model">That partial's model.</param>
/// <param name="Said">What of it somebody should hear who cannot see it: one line, said when it is another than before.</param>
internal sealed record LivePart(string Id, string Partial, object? Model, string? Said = null);
