using System.Text.Json.Nodes;
using CloudKick.AwsIot.Control;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Database;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Security;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Terminals.Certificates;

/// <summary>
/// Makes, changes and removes terminals' certificates, at most two active ones each: one in use and one to change over to. What is in
/// the cloud is the only state, so that whatever stopped half way is finished by asking again. Every change is in the audit log before
/// it is made. Thread safe; one change of a terminal at a time, on all nodes together.
/// </summary>
internal sealed class TerminalCertificates(
    CloudThings things, CloudConnections connections, TenantDatabase database, IOptions<ProvisioningOptions> options, AwsClients clients,
    IHostApplicationLifetime lifetime, TimeProvider timeProvider)
{
    public const int MaximumActive = 2;

    private const string LockSql = "select pg_try_advisory_xact_lock(hashtextextended(@terminalId, 17))";
    private const string AuditPrefix = "terminal.certificate.";

    private readonly ProvisioningOptions _options = options.Value;

    /// <summary>A terminal's certificates, the oldest first.</summary>
    public Task<CertificateResult<IReadOnlyList<ThingCertificate>>> ListAsync(TerminalRow terminal, CancellationToken cancellationToken) =>
        GuardAsync<IReadOnlyList<ThingCertificate>>(async () => new(await things.CertificatesOfAsync(terminal.ThingName, cancellationToken)));

    /// <summary>
    /// A certificate of the terminal for the key of the request, active, with its policy. Repeated with the same request, it finishes
    /// what was begun, or finds what there is.
    /// </summary>
    /// <returns>The certificate, and whether it was made now.</returns>
    public Task<CertificateResult<(ThingCertificate Certificate, bool IsNew)>> ProvisionAsync(TerminalRow terminal, SigningRequest request, Actor actor) =>
        ChangeAsync<(ThingCertificate, bool)>(terminal, async cancellationToken =>
        {
            var attached = await things.CertificatesOfAsync(terminal.ThingName, cancellationToken);
            var certificate = attached.FirstOrDefault(one => one.IsFor(request));
            if (certificate?.Status == CertificateStatus.REVOKED)
                return Problem.CertificateState($"Certificate {certificate.Id} for this key is revoked. Make a new key pair, and a signing request with it.");
            if (TooMany(attached, certificate) is { } tooMany)
                return tooMany;

            var isNew = certificate is null;
            certificate ??= await MakeAsync(terminal, request, actor, cancellationToken);
            await things.AttachPolicyAsync(certificate, cancellationToken);
            return (await SetStatusAsync(terminal, certificate, CertificateStatus.ACTIVE, actor, cancellationToken), isNew);
        });

    /// <summary>Activates, deactivates or revokes one of the terminal's certificates. A terminal that is connected with one that is taken from it is cut off.</summary>
    public Task<CertificateResult<ThingCertificate>> SetStatusAsync(TerminalRow terminal, string certificateId, CertificateStatus status, Actor actor) =>
        ChangeAsync<ThingCertificate>(terminal, async cancellationToken =>
        {
            var attached = await things.CertificatesOfAsync(terminal.ThingName, cancellationToken);
            if (attached.FirstOrDefault(one => one.Id == certificateId) is not { } certificate)
                return NotFound(terminal, certificateId);
            if (certificate.Status == CertificateStatus.REVOKED && status != CertificateStatus.REVOKED)
                return Problem.CertificateState($"Certificate {certificateId} is revoked, for good. Provision the terminal with a new key pair.");
            if (status == CertificateStatus.ACTIVE && TooMany(attached, certificate) is { } tooMany)
                return tooMany;

            var changed = await SetStatusAsync(terminal, certificate, status, actor, cancellationToken);
            if (status != CertificateStatus.ACTIVE && terminal.Connected is not false && (terminal.PrincipalId ?? certificateId) == certificateId)
                await connections.EndAsync(terminal.ThingName, cancellationToken);
            return changed;
        });

    /// <summary>Deletes one of the terminal's certificates that is not active.</summary>
    public Task<CertificateResult<ThingCertificate>> DeleteAsync(TerminalRow terminal, string certificateId, Actor actor) =>
        ChangeAsync<ThingCertificate>(terminal, async cancellationToken =>
        {
            var attached = await things.CertificatesOfAsync(terminal.ThingName, cancellationToken);
            if (attached.FirstOrDefault(one => one.Id == certificateId) is not { } certificate)
                return NotFound(terminal, certificateId);
            if (certificate.IsActive)
                return Problem.CertificateState($"Certificate {certificateId} is active: deactivate or revoke it first.");
            return await AuditedAsync(
                terminal, actor, "delete", Describe(certificate), null,
                async () =>
                {
                    await things.DeleteAsync(terminal.ThingName, certificate, cancellationToken);
                    return certificate;
                },
                cancellationToken);
        });

    /// <summary>What is said of a certificate that is not the terminal's.</summary>
    public static ProblemResult NotFound(TerminalRow terminal, string certificateId) => Problem.CertificateNotFound(
        $"Terminal {terminal.TerminalId} has no certificate {certificateId}. GET /v1/admin/terminals/{terminal.TerminalId}/certificates lists those that it has.");

    private async Task<ThingCertificate> MakeAsync(TerminalRow terminal, SigningRequest request, Actor actor, CancellationToken cancellationToken)
    {
        var begun = await things.FindUnattachedAsync(request, cancellationToken);
        return await AuditedAsync(
            terminal, actor, "create", null, new JsonObject { ["publicKeySha256"] = request.KeyFingerprint },
            async () =>
            {
                await things.EnsureAsync(terminal.ThingName, cancellationToken);
                if (begun is null)
                    return await things.CreateAsync(terminal.ThingName, request, cancellationToken);
                await things.AttachAsync(terminal.ThingName, begun.Arn, cancellationToken);
                return begun;
            },
            cancellationToken);
    }

    private static ProblemResult? TooMany(IEnumerable<ThingCertificate> attached, ThingCertificate? wanted) =>
        wanted is not { IsActive: true } && attached.Where(one => one != wanted && one.IsActive).Select(one => one.Id).ToArray() is { Length: >= MaximumActive } active
            ? Problem.TooManyCertificates($"These are active: {string.Join(", ", active)}. Revoke the one that the terminal no longer uses.")
            : null;

    private async Task<ThingCertificate> SetStatusAsync(
        TerminalRow terminal, ThingCertificate certificate, CertificateStatus status, Actor actor, CancellationToken cancellationToken)
    {
        if (certificate.Status == status)
            return certificate;
        var action = status == CertificateStatus.ACTIVE ? "activate" : status == CertificateStatus.REVOKED ? "revoke" : "deactivate";
        return await AuditedAsync(
            terminal, actor, action, Describe(certificate), Describe(certificate with { Status = status }),
            () => things.SetStatusAsync(certificate, status, cancellationToken),
            cancellationToken);
    }

    private async Task<T> AuditedAsync<T>(
        TerminalRow terminal, Actor actor, string action, JsonObject? before, JsonObject? after, Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await AppendAsync(terminal, actor, AuditPrefix + action, before, after, cancellationToken);
        try
        {
            return await change();
        }
        catch (CloudCallException failed)
        {
            var outcome = new JsonObject { ["call"] = failed.Action, ["error"] = failed.Error };
            await AppendAsync(terminal, actor, AuditPrefix + action + ".failed", before?.DeepClone().AsObject(), outcome, cancellationToken);
            throw;
        }
    }

    private Task AppendAsync(TerminalRow terminal, Actor actor, string action, JsonObject? before, JsonObject? after, CancellationToken cancellationToken)
    {
        MerchantId? merchant = terminal.MerchantId is { } known ? new MerchantId(known) : null;
        return database.InTransactionAsync(
            Tenant.Platform,
            (transaction, token) => Audit.AppendAsync(transaction, merchant, actor, action, terminal.TerminalId, before, after, token),
            cancellationToken);
    }

    private static JsonObject Describe(ThingCertificate certificate) => new() { ["certificateId"] = certificate.Id, ["status"] = certificate.Status.Value };

    // Not by the caller's token: half a change helps nobody. The lock costs a connection while AWS is asked; changes are rare.
    private Task<CertificateResult<T>> ChangeAsync<T>(TerminalRow terminal, Func<CancellationToken, Task<CertificateResult<T>>> change) =>
        GuardAsync(async () =>
        {
            using var timeout = new CancellationTokenSource(_options.Timeout, timeProvider);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, lifetime.ApplicationStopping);
            try
            {
                return await database.InTransactionAsync<CertificateResult<T>>(
                    Tenant.Platform,
                    async (transaction, token) => await transaction.QuerySingleOrDefaultAsync<bool>(LockSql, new { terminalId = terminal.TerminalId }, token)
                        ? await change(token)
                        : Problem.ProvisioningInProgress($"Another request is changing the certificates of {terminal.TerminalId}. Send this one again shortly."),
                    ending.Token);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                return new ProblemResult(
                    ProblemTypes.TimedOut, "The cloud did not do all of it in time, or the node is stopping. Send the same request again: it goes on from what was done.");
            }
        });

    private async Task<CertificateResult<T>> GuardAsync<T>(Func<Task<CertificateResult<T>>> work)
    {
        if (!clients.IsConfigured || _options.PolicyName is null)
        {
            string[] missing =
            [
                .. clients.IsConfigured ? [] : (string[])[$"{AwsOptions.Section}:{nameof(AwsOptions.Region)}"],
                .. _options.PolicyName is null ? (string[])[$"{ProvisioningOptions.Section}:{nameof(ProvisioningOptions.PolicyName)}"] : [],
            ];
            return Problem.ProvisioningNotConfigured(
                $"Set {string.Join(" and ", missing)} of this relay, and give it AWS credentials whose role may manage things and certificates.");
        }

        try
        {
            return await work();
        }
        catch (CloudCallException failed)
        {
            return CloudProblems.Of(failed);
        }
    }
}

/// <summary>What was asked for, or why there is none.</summary>
internal readonly struct CertificateResult<T>
{
    public CertificateResult(T value) => Value = value;

    private CertificateResult(ProblemResult problem) => Problem = problem;

    /// <summary>Holds when <see cref="Problem"/> is null.</summary>
    public T? Value { get; }

    public ProblemResult? Problem { get; }

    public static implicit operator CertificateResult<T>(T value) => new(value);

    public static implicit operator CertificateResult<T>(ProblemResult problem) => new(problem);
}
