using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace CloudKick.Relay.OpenApi;

/// <summary>The chapters of the description, in the order in which a newcomer needs them.</summary>
internal sealed class TagFilter : IDocumentFilter
{
    private static readonly (string Name, string Description)[] Chapters =
    [
        ("Kicks", "Make a terminal connect to the TAS, and see how far it came."),
        ("Terminals", "The merchant's terminals, with presence and last session."),
        ("Whitelist", "Which terminals may be kicked on the merchant's behalf."),
        ("Transfers", "Terminals that come to the merchant or leave it: it agrees or declines."),
        ("API keys", "The merchant's own keys: a key can manage others that may do no more than it."),
        ("Audit log", "Who changed what of the merchant's data, and whether the chain is whole."),
        ("Admin: merchants", "For the platform's operators."),
        ("Admin: API keys", "For the platform's operators."),
        ("Admin: terminals", "For the platform's operators."),
        ("Admin: transfers", "For the platform's operators: a terminal goes from one merchant to another when both agree."),
        ("Admin: audit log", "For the platform's operators: who changed what."),
        ("Health", "For load balancers and orchestrators; needs no key."),
    ];

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) =>
        swaggerDoc.Tags = Chapters.Select(chapter => new OpenApiTag { Name = chapter.Name, Description = chapter.Description }).ToHashSet();
}
