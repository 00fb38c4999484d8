namespace CloudKick.Relay.Admin.Frame;

/// <summary>New content for one element of a page that is being looked at.</summary>
/// <param name="Id">The element's id.</param>
/// <param name="Partial">The partial view that writes what is inside it.</param>
/// <param name="Model">That partial's model.</param>
internal sealed record LivePart(string Id, string Partial, object? Model);
