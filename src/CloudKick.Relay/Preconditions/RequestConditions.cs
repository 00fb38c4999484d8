using System.Reflection;
using CloudKick.Relay.Problems;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace CloudKick.Relay.Preconditions;

/// <summary>
/// What a request demands of the state that it changes: <c>If-Match</c> and <c>If-None-Match</c> (RFC 9110 §13.1). An endpoint takes it as
/// a parameter, declares it by <see cref="ConditionConventions"/>, and asks in the transaction of the change, of what is locked there.
/// </summary>
internal sealed class RequestConditions
{
    private readonly EntityTags _tags;
    private readonly IList<EntityTagHeaderValue>? _match;
    private readonly IList<EntityTagHeaderValue>? _noneMatch;

    private RequestConditions(EntityTags tags, IHeaderDictionary headers)
    {
        _tags = tags;
        List<FieldError> faults = [];
        _match = Read(HeaderNames.IfMatch, headers.IfMatch, faults);
        _noneMatch = Read(HeaderNames.IfNoneMatch, headers.IfNoneMatch, faults);
        Faults = faults;
    }

    /// <summary>What is wrong with the headers themselves.</summary>
    public IReadOnlyList<FieldError> Faults { get; }

    /// <summary>Binds an endpoint's parameter.</summary>
    public static ValueTask<RequestConditions?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(Of(context));
    }

    public static RequestConditions Of(HttpContext context) =>
        new(context.RequestServices.GetRequiredService<EntityTags>(), context.Request.Headers);

    /// <summary>Whether a row as it is (null: there is none) meets the request's demands; null when it makes none, and nobody needs to look.</summary>
    /// <param name="answer">How a GET answers the row.</param>
    public Func<TRow?, bool>? On<TRow>(Func<TRow, object> answer)
        where TRow : class =>
        _match is null && _noneMatch is null ? null : row => AreMet(row is null ? null : _tags.Of(answer(row)));

    /// <summary>Whether the reader has this already: a GET is then answered with 304.</summary>
    public bool IsKnown(string tag) => _noneMatch is { } known && known.Any(one => IsSame(one, tag));

    /// <summary>Says that the demands were not met, and what to do.</summary>
    /// <param name="subject">What it is about: <c>The entry of terminal NL000101</c>.</param>
    /// <param name="address">Where it is read: <c>/v1/whitelist/NL000101</c>.</param>
    /// <param name="current">What a GET there answers now; null: nothing is there.</param>
    public ProblemResult NotMet(string subject, string address, object? current)
    {
        if (current is null)
            return Problem.PreconditionFailed($"{subject} does not exist, or not any more, and If-Match asks for one that does. Without If-Match it can be made.", null);
        var tag = _tags.Of(current);
        return Problem.PreconditionFailed(
            _match is not null && !_match.Any(one => IsUnchanged(one, tag))
                ? $"{subject} was changed after you read it: its entity tag is not the one in If-Match. Read it again (GET {address}), decide again, and send the tag that it has then."
                : $"{subject} exists, and If-None-Match asks that it does not. Leave If-None-Match out, or send the tag of what you read (GET {address}) as If-Match, to change it.",
            tag);
    }

    private bool AreMet(string? current) =>
        (_match is null || (current is not null && _match.Any(one => IsUnchanged(one, current))))
        && (_noneMatch is null || current is null || !_noneMatch.Any(one => IsSame(one, current)));

    // A weak tag never matches (RFC 9110 §13.1.1).
    private static bool IsUnchanged(EntityTagHeaderValue one, string tag) =>
        one.Equals(EntityTagHeaderValue.Any) || (!one.IsWeak && EntityTags.AreOfSameSettings(one.Tag.ToString(), tag));

    private static bool IsSame(EntityTagHeaderValue one, string tag) =>
        one.Equals(EntityTagHeaderValue.Any) || one.Compare(EntityTagHeaderValue.Parse(tag), useStrongComparison: false);

    private static IList<EntityTagHeaderValue>? Read(string header, StringValues values, List<FieldError> faults)
    {
        if (values.Count == 0)
            return null;
        // The parser throws at W/ with nothing but white space behind it.
        if (EntityTagHeaderValue.TryParseStrictList([.. values.OfType<string>().Select(value => value.Trim())], out var tags))
            return tags;
        faults.Add(new FieldError(header, "must be * or entity tags as they came in ETag, quotes included, with commas between"));
        return null;
    }
}
