using FluentValidation;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Paging;

/// <summary>Which part of a list is wanted.</summary>
internal sealed record PageQuery
{
    public const int DefaultLimit = 50;
    public const int MaximumLimit = 200;

    /// <summary>How many items at most: 1 to 200, default 50.</summary>
    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    /// <summary>The <c>nextCursor</c> of the page before; none for the first page.</summary>
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    /// <summary>The limit that applies.</summary>
    public int Size => Limit ?? DefaultLimit;

    /// <summary>The key after which the page begins; null for the first page. Of use once the query was validated.</summary>
    public string? After => Cursor is not null && PageCursor.TryRead(Cursor, out var key) ? key : null;
}

/// <summary>The rules of <see cref="PageQuery"/>.</summary>
internal sealed class PageQueryValidator : AbstractValidator<PageQuery>
{
    public static readonly PageQueryValidator Instance = new();

    private PageQueryValidator()
    {
        RuleFor(query => query.Limit).InclusiveBetween(1, PageQuery.MaximumLimit)
            .WithMessage($"must be from 1 to {PageQuery.MaximumLimit}");
        RuleFor(query => query.Cursor).Must(cursor => cursor is null || PageCursor.TryRead(cursor, out _))
            .WithMessage("is no cursor of this list: send the nextCursor of the page before as it came");
    }
}
