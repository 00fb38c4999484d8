using System.Net;
using Amazon.Runtime;
using CloudKick.AwsIot.Control;
using CloudKick.Relay.Cloud;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Terminals.Certificates;

/// <summary>
/// Things and their certificates in AWS IoT's registry, in steps that may each be done again. Thread safe. Every call that comes to
/// nothing is a <see cref="CloudCallException"/>.
/// </summary>
internal sealed partial class CloudThings(
    LazyClient<IAmazonIoT> iot, IOptions<ProvisioningOptions> options, TimeProvider timeProvider, ILogger<CloudThings> logger)
{
    private const string CertificateResource = ":cert/";

    // Far more than a terminal ever has: a thing that has more was not made here.
    private const int MaximumPages = 4;
    private const int PageSize = 25;

    // AWS's largest page; and how many inactive ones on it are looked at, of which an account that is in order has none.
    private const int NewestCertificates = 250;
    private const int MaximumInactive = 25;

    // Detaching is asynchronous in AWS ("it might take several seconds to propagate").
    private const int DeleteTries = 6;
    private static readonly TimeSpan DeletePause = TimeSpan.FromSeconds(1);

    private readonly ProvisioningOptions _options = options.Value;

    /// <summary>Makes the thing, if there is none.</summary>
    public async Task EnsureAsync(string thing, CancellationToken cancellationToken)
    {
        var request = new CreateThingRequest { ThingName = thing, ThingTypeName = _options.ThingTypeName };
        try
        {
            await CallAsync("iot:CreateThing", client => client.CreateThingAsync(request, cancellationToken));
        }
        catch (CloudCallException exists) when (exists.Error == "ResourceAlreadyExistsException")
        {
            // With another type or with attributes: somebody else's settings, which stay.
        }
    }

    /// <summary>The certificates that are attached to a thing, the oldest first; none when there is no such thing.</summary>
    public async Task<IReadOnlyList<ThingCertificate>> CertificatesOfAsync(string thing, CancellationToken cancellationToken)
    {
        var certificates = new List<ThingCertificate>();
        foreach (var arn in await PrincipalsOfAsync(thing, cancellationToken))
        {
            var resource = arn.IndexOf(CertificateResource, StringComparison.Ordinal);
            if (resource >= 0 && await FindAsync(arn[(resource + CertificateResource.Length)..], cancellationToken) is { } certificate)
                certificates.Add(certificate);
        }

        return [.. certificates.OrderBy(certificate => certificate.CreatedAt).ThenBy(certificate => certificate.Id, StringComparer.Ordinal)];
    }

    /// <summary>
    /// An inactive certificate for the key of a request that is attached to no thing: made by a request whose answer was lost, or after
    /// which the relay stopped. Looked for among the account's newest.
    /// </summary>
    public async Task<ThingCertificate?> FindUnattachedAsync(SigningRequest request, CancellationToken cancellationToken)
    {
        var list = new ListCertificatesRequest { PageSize = NewestCertificates };
        var newest = await CallAsync("iot:ListCertificates", client => client.ListCertificatesAsync(list, cancellationToken));
        foreach (var inactive in newest.Certificates.Where(one => one.Status == CertificateStatus.INACTIVE).Take(MaximumInactive))
        {
            if (inactive.CertificateId is { } id && await FindAsync(id, cancellationToken) is { } certificate
                && certificate.IsFor(request) && !await HasThingAsync(certificate, cancellationToken))
                return certificate;
        }

        return null;
    }

    /// <summary>
    /// Makes a certificate, inactive, and attaches it to the thing, where it is found again. When the second fails, the first is undone;
    /// when that fails too, what is left can do nothing: it is inactive, has no thing and no policy.
    /// </summary>
    public async Task<ThingCertificate> CreateAsync(string thing, SigningRequest request, CancellationToken cancellationToken)
    {
        var (certificateId, arn) = await CreateUnattachedAsync(thing, request, cancellationToken);
        try
        {
            await AttachAsync(thing, arn, cancellationToken);
        }
        catch (Exception fault) when (fault is CloudCallException or OperationCanceledException)
        {
            await AbandonAsync(thing, certificateId);
            throw;
        }

        return await DescribeAsync(certificateId, cancellationToken);
    }

    /// <summary>Attaches a certificate to a thing, where it is found again.</summary>
    public Task AttachAsync(string thing, string certificateArn, CancellationToken cancellationToken)
    {
        var attach = new AttachThingPrincipalRequest { ThingName = thing, Principal = certificateArn };
        return CallAsync("iot:AttachThingPrincipal", client => client.AttachThingPrincipalAsync(attach, cancellationToken));
    }

    /// <summary>Gives a certificate the terminals' policy.</summary>
    public Task AttachPolicyAsync(ThingCertificate certificate, CancellationToken cancellationToken)
    {
        var request = new AttachPolicyRequest { PolicyName = _options.PolicyName, Target = certificate.Arn };
        return CallAsync("iot:AttachPolicy", client => client.AttachPolicyAsync(request, cancellationToken));
    }

    /// <summary>Changes a certificate's state.</summary>
    public async Task<ThingCertificate> SetStatusAsync(ThingCertificate certificate, CertificateStatus status, CancellationToken cancellationToken)
    {
        var request = new UpdateCertificateRequest { CertificateId = certificate.Id, NewStatus = status };
        await CallAsync("iot:UpdateCertificate", client => client.UpdateCertificateAsync(request, cancellationToken));
        return certificate with { Status = status };
    }

    /// <summary>
    /// Takes a certificate that is not active from policy and thing, and deletes it. When the last fails, it is attached again, so that
    /// it is found when this is repeated.
    /// </summary>
    public async Task DeleteAsync(string thing, ThingCertificate certificate, CancellationToken cancellationToken)
    {
        var detachPolicy = new DetachPolicyRequest { PolicyName = _options.PolicyName, Target = certificate.Arn };
        await CallAsync("iot:DetachPolicy", client => client.DetachPolicyAsync(detachPolicy, cancellationToken));
        var detachThing = new DetachThingPrincipalRequest { ThingName = thing, Principal = certificate.Arn };
        await CallAsync("iot:DetachThingPrincipal", client => client.DetachThingPrincipalAsync(detachThing, cancellationToken));
        try
        {
            await DeleteDetachedAsync(certificate.Id, cancellationToken);
        }
        catch (Exception fault) when (fault is CloudCallException or OperationCanceledException)
        {
            await AttachAsync(thing, certificate.Arn, CancellationToken.None);
            throw;
        }
    }

    private async Task<List<string>> PrincipalsOfAsync(string thing, CancellationToken cancellationToken)
    {
        var principals = new List<string>();
        string? next = null;
        for (var page = 0; page < MaximumPages; page++)
        {
            var request = new ListThingPrincipalsRequest { ThingName = thing, MaxResults = PageSize, NextToken = next };
            ListThingPrincipalsResponse response;
            try
            {
                response = await CallAsync("iot:ListThingPrincipals", client => client.ListThingPrincipalsAsync(request, cancellationToken));
            }
            catch (CloudCallException unknown) when (IsUnknown(unknown))
            {
                return [];
            }

            principals.AddRange(response.Principals ?? []);
            next = response.NextToken;
            if (string.IsNullOrEmpty(next))
                break;
        }

        return principals;
    }

    // Null: deleted since it was listed.
    private async Task<ThingCertificate?> FindAsync(string certificateId, CancellationToken cancellationToken)
    {
        try
        {
            return await DescribeAsync(certificateId, cancellationToken);
        }
        catch (CloudCallException unknown) when (IsUnknown(unknown))
        {
            return null;
        }
    }

    private async Task<ThingCertificate> DescribeAsync(string certificateId, CancellationToken cancellationToken)
    {
        var request = new DescribeCertificateRequest { CertificateId = certificateId };
        var response = await CallAsync("iot:DescribeCertificate", client => client.DescribeCertificateAsync(request, cancellationToken));
        return response.CertificateDescription is { CertificateId: { } id, CertificateArn: { } arn, CertificatePem: { } pem, Status: { } status } certificate
            ? new ThingCertificate(id, arn, pem, status, certificate.CreationDate?.ToUniversalTime(), certificate.Validity?.NotAfter?.ToUniversalTime())
            : throw Incomplete("iot:DescribeCertificate");
    }

    private async Task<(string Id, string Arn)> CreateUnattachedAsync(string thing, SigningRequest request, CancellationToken cancellationToken)
    {
        var create = new CreateCertificateFromCsrRequest { CertificateSigningRequest = request.Pem, SetAsActive = false };
        try
        {
            var made = await CallAsync("iot:CreateCertificateFromCsr", client => client.CreateCertificateFromCsrAsync(create, cancellationToken));
            return made is { CertificateId: { } id, CertificateArn: { } arn } ? (id, arn) : throw Incomplete("iot:CreateCertificateFromCsr");
        }
        catch (Exception unknown) when (unknown is OperationCanceledException or CloudCallException { MayHaveBeenDone: true })
        {
            PerhapsLeftBehind(logger, thing, request.KeyFingerprint);
            throw;
        }
    }

    private async Task<bool> HasThingAsync(ThingCertificate certificate, CancellationToken cancellationToken)
    {
        var request = new ListPrincipalThingsRequest { Principal = certificate.Arn, MaxResults = 1 };
        return (await CallAsync("iot:ListPrincipalThings", client => client.ListPrincipalThingsAsync(request, cancellationToken))).Things.Count > 0;
    }

    private async Task DeleteDetachedAsync(string certificateId, CancellationToken cancellationToken)
    {
        var request = new DeleteCertificateRequest { CertificateId = certificateId };
        for (var tries = 1; ; tries++)
        {
            try
            {
                await CallAsync("iot:DeleteCertificate", client => client.DeleteCertificateAsync(request, cancellationToken));
                return;
            }
            catch (CloudCallException gone) when (IsUnknown(gone))
            {
                return;
            }
            catch (CloudCallException attached) when (attached.Error == "DeleteConflictException" && tries < DeleteTries)
            {
                await Task.Delay(DeletePause, timeProvider, cancellationToken);
            }
        }
    }

    // Not by the token that may have ended the work: each call has its own timeout.
    private async Task AbandonAsync(string thing, string certificateId)
    {
        try
        {
            await CallAsync(
                "iot:DeleteCertificate", client => client.DeleteCertificateAsync(new DeleteCertificateRequest { CertificateId = certificateId }, CancellationToken.None));
        }
        catch (CloudCallException fault)
        {
            LeftBehind(logger, certificateId, thing, fault);
        }
    }

    private async Task<T> CallAsync<T>(string action, Func<IAmazonIoT, Task<T>> call)
    {
        try
        {
            return await call(iot.Value);
        }
        catch (Exception fault) when (CloudCallException.Is(fault))
        {
            var failed = new CloudCallException(action, fault);
            CallFailed(logger, action, failed.Error ?? fault.GetType().Name, fault.Message);
            throw failed;
        }
    }

    private static CloudCallException Incomplete(string action) => new(action, new IOException("the answer lacks what it must have"));

    private static bool IsUnknown(CloudCallException failed) =>
        failed.InnerException is AmazonServiceException { StatusCode: HttpStatusCode.NotFound } or AmazonServiceException { ErrorCode: "ResourceNotFoundException" };

    [LoggerMessage(4600, LogLevel.Warning, "AWS: {Action} failed with {Error}: {Reason}")]
    private static partial void CallFailed(ILogger logger, string action, string error, string reason);

    [LoggerMessage(4601, LogLevel.Warning, "Certificate {CertificateId}, made for thing {Thing} and not attached to it, could not be deleted. It is inactive and has no policy: delete it in AWS IoT")]
    private static partial void LeftBehind(ILogger logger, string certificateId, string thing, Exception exception);

    [LoggerMessage(4603, LogLevel.Warning, "It is not known whether a certificate was made for thing {Thing} and the key with SHA-256 {KeyFingerprint}. If so it is inactive and attached to nothing; the same request finds it and goes on with it")]
    private static partial void PerhapsLeftBehind(ILogger logger, string thing, string keyFingerprint);
}
