using CloudKick.Relay.Database;
using CloudKick.Relay.Paging;
using CloudKick.Relay.Preconditions;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals.Certificates;
using CloudKick.Relay.Terminals.Import;
using CloudKick.Relay.Terminals.Parameters;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Terminals;

/// <summary>The platform operators' calls on terminals.</summary>
internal static class AdminTerminalEndpoints
{
    private const string TerminalRoute = "/{terminalId}";
    private const string MerchantRoute = TerminalRoute + "/merchant";

    private const string ReservedName =
        "is a name of the relay itself in the cloud (its MQTT client ids begin like this): a terminal that had it would get the relay's rights. Give the terminal another one";

    public static void MapAdminTerminals(this IEndpointRouteBuilder routes)
    {
        var terminals = routes.MapGroup("/v1/admin/terminals").WithTags("Admin: terminals").RequireScope(Scopes.PlatformRead, Scopes.PlatformAdmin);

        terminals.MapPost("/", PostAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.TerminalExists)
            .WithName("registerTerminal")
            .WithSummary("Register a terminal.");
        terminals.MapGet("/", ListAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest)
            .WithName("listAllTerminals")
            .WithSummary("List terminals of every merchant and of none by id, page by page.");
        terminals.MapGet(TerminalRoute, GetAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.TerminalNotFound)
            .IsConditionalRead()
            .WithName("getAnyTerminal")
            .WithSummary("Read a terminal.");
        terminals.MapPatch(TerminalRoute, PatchAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.TerminalNotFound)
            .IsRepeatable()
            .HonoursIfMatch()
            .AnswersWithEntityTag()
            .WithName("updateTerminal")
            .WithSummary("Change a terminal's label, firmware, connect mode or topic.")
            .WithDescription(
                "A member that is left out stays as it is; `null` takes the value away. `If-Match` asks whether the terminal was changed, by an "
                + "operator or by a transfer; that it connected, or opened a session, is no change.");
        terminals.MapPut(MerchantRoute, AssignAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.TerminalNotFound, ProblemTypes.TerminalAssigned)
            .HonoursIfMatch()
            .AnswersWithEntityTag()
            .WithName("assignTerminal")
            .WithSummary("Give a terminal that is nobody's to a merchant.")
            .WithDescription(
                "One that is another merchant's stays where it is (409 `terminal-assigned`): `POST /v1/admin/transfers` asks both merchants. "
                + "`If-Match` takes the terminal's own tag.");
        terminals.MapDelete(MerchantRoute, UnassignAsync)
            .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.TerminalNotFound)
            .HonoursIfMatch()
            .WithName("unassignTerminal")
            .WithSummary("Take a terminal from its merchant.")
            .WithDescription(
                "For a terminal that came back, or whose merchant left: the merchant is not asked, and can no longer see or kick it. Its audit log "
                + "says who did it (`terminal.unassign`); whoever gets the terminal next is in that one's. 204 also when it was nobody's. "
                + "`If-Match` takes the terminal's own tag.");
        terminals.MapTerminalImport();
        terminals.MapAdminParameterSheets();
        terminals.MapCertificates();
    }

    /// <summary>What an operator is told of a terminal that does not exist.</summary>
    public static ProblemResult NotFound(string terminalId) =>
        Problem.TerminalNotFound($"No terminal {TerminalId.InAnswer(terminalId)} is registered. POST /v1/admin/terminals registers it.");

    private static async Task<Results<Created<AdminTerminalAnswer>, ProblemResult>> PostAsync(
        TerminalPost body, Actor actor, TerminalRegistry registry, TerminalDirectory directory, CancellationToken cancellationToken)
    {
        var settings = body.Settings();
        ValidationFailure[] faults = [.. TerminalPostValidator.Instance.Validate(body).Errors, .. TerminalRules.Instance.Validate(settings).Errors];
        if (faults.Length > 0)
            return Problem.Invalid(new ValidationResult(faults));

        var terminal = new NewTerminal(body.TerminalId!, body.ManagementSystemId!)
        {
            Merchant = MerchantOf(body.MerchantId),
            ThingName = body.ThingName,
            Settings = settings,
        };
        var outcome = await registry.AddAsync(terminal, actor, cancellationToken);
        if (outcome != TerminalOutcome.Done)
            return await ProblemOfAsync(outcome, terminal.TerminalId, directory, cancellationToken);
        var row = await directory.FindAsync(null, terminal.TerminalId, cancellationToken);
        return TypedResults.Created($"/v1/admin/terminals/{terminal.TerminalId}", AdminTerminalAnswer.FromRow(row!));
    }

    private static async Task<Results<Ok<Page<AdminTerminalAnswer>>, ProblemResult>> ListAsync(
        [AsParameters] PageQuery page, [AsParameters] TerminalListQuery query, [FromQuery] Guid? merchantId, [FromQuery] bool? unassigned, TerminalDirectory directory, CancellationToken cancellationToken)
    {
        var validation = query.Validate(page);
        if (merchantId is not null && unassigned is true)
            validation.Errors.Add(new ValidationFailure(nameof(unassigned), "cannot be true together with merchantId"));
        if (!validation.IsValid)
            return Problem.Invalid(validation);

        var rows = await directory.ListAsync(null, query.ToFilter(MerchantOf(merchantId), unassigned ?? false), page.After, page.Size + 1, cancellationToken);
        return TypedResults.Ok(Page<AdminTerminalAnswer>.From(rows, page.Size, AdminTerminalAnswer.FromRow, row => row.TerminalId));
    }

    private static async Task<Results<Ok<AdminTerminalAnswer>, ProblemResult>> GetAsync(
        string terminalId, TerminalDirectory directory, CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId))
            return Problem.Invalid(nameof(terminalId), TerminalId.Rule);
        return await directory.FindAsync(null, terminalId, cancellationToken) is { } row
            ? TypedResults.Ok(AdminTerminalAnswer.FromRow(row))
            : NotFound(terminalId);
    }

    private static async Task<Results<Ok<AdminTerminalAnswer>, ProblemResult>> PatchAsync(
        string terminalId, TerminalPatch body, Actor actor, RequestConditions conditions, TerminalRegistry registry, TerminalDirectory directory,
        CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId))
            return Problem.Invalid(nameof(terminalId), TerminalId.Rule);
        // The rules hold for each member alone, so the patch can be judged before the terminal is read.
        var validation = TerminalRules.Instance.Validate(body.ApplyTo(new TerminalSettings()));
        if (!validation.IsValid)
            return Problem.Invalid(validation);

        var changed = await registry.UpdateAsync(
            terminalId, body.ApplyTo, actor, conditions.On<TerminalRow>(AdminTerminalAnswer.FromRow), cancellationToken);
        return await ChangedAsync(changed, terminalId, conditions, directory, cancellationToken);
    }

    private static async Task<Results<Ok<AdminTerminalAnswer>, ProblemResult>> AssignAsync(
        string terminalId, TerminalAssignment body, Actor actor, RequestConditions conditions, TerminalRegistry registry,
        TerminalDirectory directory, CancellationToken cancellationToken)
    {
        List<FieldError> faults = [];
        if (!TerminalId.IsWellFormed(terminalId))
            faults.Add(new FieldError(nameof(terminalId), TerminalId.Rule));
        if (MerchantOf(body.MerchantId) is null)
            faults.Add(new FieldError("merchantId", "is required"));
        if (faults.Count > 0)
            return Problem.Invalid(faults);

        var changed = await registry.AssignAsync(
            terminalId, MerchantOf(body.MerchantId), actor, conditions.On<TerminalRow>(AdminTerminalAnswer.FromRow), cancellationToken);
        return await ChangedAsync(changed, terminalId, conditions, directory, cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemResult>> UnassignAsync(
        string terminalId, Actor actor, RequestConditions conditions, TerminalRegistry registry, TerminalDirectory directory,
        CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId))
            return Problem.Invalid(nameof(terminalId), TerminalId.Rule);
        var changed = await registry.AssignAsync(terminalId, null, actor, conditions.On<TerminalRow>(AdminTerminalAnswer.FromRow), cancellationToken);
        return (await ChangedAsync(changed, terminalId, conditions, directory, cancellationToken)).Result is ProblemResult problem
            ? problem
            : TypedResults.NoContent();
    }

    private static async Task<Results<Ok<AdminTerminalAnswer>, ProblemResult>> ChangedAsync(
        (TerminalRow? Terminal, TerminalOutcome Outcome) changed, string terminalId, RequestConditions conditions, TerminalDirectory directory,
        CancellationToken cancellationToken)
    {
        if (changed.Outcome is not (TerminalOutcome.Done or TerminalOutcome.Refused))
            return await ProblemOfAsync(changed.Outcome, terminalId, directory, cancellationToken);
        var answer = AdminTerminalAnswer.FromRow(changed.Terminal!);
        return changed.Outcome == TerminalOutcome.Done
            ? TypedResults.Ok(answer)
            : conditions.NotMet($"Terminal {terminalId}", $"/v1/admin/terminals/{terminalId}", answer);
    }

    private static MerchantId? MerchantOf(Guid? id) => id is { } known && known != Guid.Empty ? new MerchantId(known) : null;

    private static async Task<ProblemResult> ProblemOfAsync(
        TerminalOutcome outcome, string terminalId, TerminalDirectory directory, CancellationToken cancellationToken) => outcome switch
    {
        TerminalOutcome.UnknownTerminal => NotFound(terminalId),
        TerminalOutcome.TerminalExists => Problem.TerminalExists($"Terminal {terminalId} is registered already. PATCH /v1/admin/terminals/{terminalId} changes it."),
        TerminalOutcome.ThingNameTaken => Problem.TerminalExists("Another terminal has this thing name. A thing is one terminal's."),
        TerminalOutcome.UnknownMerchant => Problem.Invalid("merchantId", "is no merchant's id"),
        TerminalOutcome.DisabledMerchant => Problem.Invalid("merchantId", "is a disabled merchant's id: nobody could kick the terminal; enable the merchant first"),
        TerminalOutcome.OthersTerminal => Problem.TerminalAssigned(
            $"Terminal {terminalId} is another merchant's, who has to agree. Propose a transfer (POST /v1/admin/transfers): when both merchants agree, it changes hands.",
            ("terminalId", terminalId)),
        TerminalOutcome.UnknownManagementSystem => Problem.Invalid(
            "managementSystemId", $"must be one of {string.Join(", ", await directory.ManagementSystemsAsync(cancellationToken))}"),
        TerminalOutcome.ReservedTerminalId => Problem.Invalid("terminalId", ReservedName),
        TerminalOutcome.ReservedThingName => Problem.Invalid("thingName", ReservedName),
        TerminalOutcome.InvalidTopic => Problem.Invalid(
            "topicTemplate", "makes no topic with the terminal's subscription topic: AWS IoT Core takes 7 levels with ours for the answer, and 256 bytes"),
        _ => throw new InvalidOperationException($"The outcome {outcome} has no answer."),
    };
}
