using System.Text.RegularExpressions;
using CloudKick.AwsIot.Control;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudKick.Relay.Terminals.Certificates;

/// <summary>Terminals' certificates, for the platform's operators.</summary>
internal static partial class CertificateEndpoints
{
    private const string Route = "/{terminalId}/certificates";
    private const string OneRoute = Route + "/{certificateId}";

    /// <summary>In the group <c>/v1/admin/terminals</c>.</summary>
    public static void MapCertificates(this IEndpointRouteBuilder terminals)
    {
        var certificates = terminals.MapGroup("").ProducesProblems(
            ProblemTypes.InvalidRequest, ProblemTypes.TerminalNotFound, ProblemTypes.ProvisioningNotConfigured, ProblemTypes.CloudNotAuthorized,
            ProblemTypes.CloudRefused, ProblemTypes.CloudUnavailable);

        certificates.MapPost(Route, PostAsync)
            .IsRepeatable()
            .ProducesProblems(ProblemTypes.TooManyCertificates, ProblemTypes.CertificateState, ProblemTypes.ProvisioningInProgress)
            .WithName("provisionTerminal")
            .WithSummary("Make a certificate for a terminal.")
            .WithDescription(
                "Makes thing, certificate and attachments in the cloud, and activates the certificate last. The private key never leaves where it was made: send the signing request alone. "
                + "The same request again finishes what was interrupted, or answers 200 with the certificate that there is. With a new key pair it begins a rotation: two certificates may be active.");
        certificates.MapGet(Route, ListAsync)
            .WithName("listCertificates")
            .WithSummary("List a terminal's certificates, the oldest first.");
        certificates.MapGet(OneRoute, GetAsync)
            .ProducesProblems(ProblemTypes.CertificateNotFound)
            .WithName("getCertificate")
            .WithSummary("Read a terminal's certificate, with what the terminal needs to use it.");
        MapChange(certificates, "activate", CertificateStatus.ACTIVE)
            .WithName("activateCertificate")
            .WithSummary("Let a terminal connect with a certificate again.");
        MapChange(certificates, "deactivate", CertificateStatus.INACTIVE)
            .WithName("deactivateCertificate")
            .WithSummary("Keep a terminal from connecting with a certificate, for now.")
            .WithDescription("A terminal that is connected with it is cut off.");
        MapChange(certificates, "revoke", CertificateStatus.REVOKED)
            .WithName("revokeCertificate")
            .WithSummary("Revoke a certificate, for good.")
            .WithDescription("A terminal that is connected with it is cut off. It stays listed until it is deleted.");
        certificates.MapDelete(OneRoute, DeleteAsync)
            .ProducesProblems(ProblemTypes.CertificateNotFound, ProblemTypes.CertificateState, ProblemTypes.ProvisioningInProgress)
            .WithName("deleteCertificate")
            .WithSummary("Delete a certificate that is not active.");
    }

    private static RouteHandlerBuilder MapChange(RouteGroupBuilder certificates, string action, CertificateStatus status) => certificates
        .MapPost(
            $"{OneRoute}/{action}",
            (string terminalId, string certificateId, Actor actor, TerminalDirectory directory, TerminalCertificates work, CancellationToken cancellationToken) =>
                ChangeAsync(terminalId, certificateId, status, actor, directory, work, cancellationToken))
        .IsRepeatable()
        .ProducesProblems(ProblemTypes.CertificateNotFound, ProblemTypes.CertificateState, ProblemTypes.TooManyCertificates, ProblemTypes.ProvisioningInProgress);

    private static async Task<Results<Created<ProvisionedAnswer>, Ok<ProvisionedAnswer>, ProblemResult>> PostAsync(
        string terminalId, CertificatePost body, Actor actor, TerminalDirectory directory, TerminalCertificates work, CertificateAnswers answers,
        CancellationToken cancellationToken)
    {
        if (!SigningRequest.TryRead(body.CertificateSigningRequest, out var request, out var fault))
            return Problem.Invalid("certificateSigningRequest", fault);
        var (terminal, refused) = await FindAsync(terminalId, null, directory, cancellationToken);
        if (terminal is null)
            return refused!;

        var result = await work.ProvisionAsync(terminal, request, actor);
        if (result.Problem is { } problem)
            return problem;
        var answer = answers.Provisioned(terminal, result.Value.Certificate);
        return result.Value.IsNew
            ? TypedResults.Created($"/v1/admin/terminals/{terminalId}/certificates/{answer.CertificateId}", answer)
            : TypedResults.Ok(answer);
    }

    private static async Task<Results<Ok<CertificateListAnswer>, ProblemResult>> ListAsync(
        string terminalId, TerminalDirectory directory, TerminalCertificates work, CancellationToken cancellationToken)
    {
        var (terminal, refused) = await FindAsync(terminalId, null, directory, cancellationToken);
        if (terminal is null)
            return refused!;
        var result = await work.ListAsync(terminal, cancellationToken);
        return result.Problem is { } problem ? problem : TypedResults.Ok(CertificateAnswers.List(terminal, result.Value!));
    }

    private static async Task<Results<Ok<ProvisionedAnswer>, ProblemResult>> GetAsync(
        string terminalId, string certificateId, TerminalDirectory directory, TerminalCertificates work, CertificateAnswers answers,
        CancellationToken cancellationToken)
    {
        var (terminal, refused) = await FindAsync(terminalId, certificateId, directory, cancellationToken);
        if (terminal is null)
            return refused!;
        var result = await work.ListAsync(terminal, cancellationToken);
        if (result.Problem is { } problem)
            return problem;
        return result.Value!.FirstOrDefault(certificate => certificate.Id == certificateId) is { } certificate
            ? TypedResults.Ok(answers.Provisioned(terminal, certificate))
            : TerminalCertificates.NotFound(terminal, certificateId);
    }

    private static async Task<Results<Ok<CertificateAnswer>, ProblemResult>> ChangeAsync(
        string terminalId, string certificateId, CertificateStatus status, Actor actor, TerminalDirectory directory, TerminalCertificates work,
        CancellationToken cancellationToken)
    {
        var (terminal, refused) = await FindAsync(terminalId, certificateId, directory, cancellationToken);
        if (terminal is null)
            return refused!;
        var result = await work.SetStatusAsync(terminal, certificateId, status, actor);
        return result.Problem is { } problem ? problem : TypedResults.Ok(CertificateAnswers.One(terminal, result.Value!));
    }

    private static async Task<Results<NoContent, ProblemResult>> DeleteAsync(
        string terminalId, string certificateId, Actor actor, TerminalDirectory directory, TerminalCertificates work, CancellationToken cancellationToken)
    {
        var (terminal, refused) = await FindAsync(terminalId, certificateId, directory, cancellationToken);
        if (terminal is null)
            return refused!;
        var result = await work.DeleteAsync(terminal, certificateId, actor);
        return result.Problem is { } problem ? problem : TypedResults.NoContent();
    }

    private static async Task<(TerminalRow? Terminal, ProblemResult? Refused)> FindAsync(
        string terminalId, string? certificateId, TerminalDirectory directory, CancellationToken cancellationToken)
    {
        List<FieldError> faults = [];
        if (!TerminalId.IsWellFormed(terminalId))
            faults.Add(new FieldError(nameof(terminalId), TerminalId.Rule));
        if (certificateId is not null && !CertificateId().IsMatch(certificateId))
            faults.Add(new FieldError(nameof(certificateId), "must be 64 hexadecimal digits"));
        if (faults.Count > 0)
            return (null, Problem.Invalid(faults));
        return await directory.FindAsync(null, terminalId, cancellationToken) is { } terminal
            ? (terminal, null)
            : (null, AdminTerminalEndpoints.NotFound(terminalId));
    }

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex CertificateId();
}
