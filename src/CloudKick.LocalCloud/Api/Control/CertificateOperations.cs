namespace CloudKick.LocalCloud;

/// <summary>Certificates of AWS's control plane.</summary>
internal sealed class CertificateOperations(Registry registry, ApiGate gate)
{
    public IEnumerable<ApiOperation> Operations =>
    [
        new("POST", "/certificates", ApiPlane.Control, CreateCertificateFromCsrAsync),
        new("POST", "/keys-and-certificate", ApiPlane.Control, CreateKeysAndCertificateAsync),
        new("GET", "/certificates/{certificateId}", ApiPlane.Control, DescribeCertificateAsync),
        new("PUT", "/certificates/{certificateId}", ApiPlane.Control, UpdateCertificateAsync),
        new("DELETE", "/certificates/{certificateId}", ApiPlane.Control, DeleteCertificateAsync),
        new("GET", "/certificates", ApiPlane.Control, ListCertificatesAsync),
    ];

    private Task CreateCertificateFromCsrAsync(ApiCall call)
    {
        gate.Demand(call, "iot:CreateCertificateFromCsr", "*");
        string? request = call.Json(ControlJson.Default.CsrRequest).CertificateSigningRequest;
        return AnswerAsync(call, registry.CreateCertificateFromCsr(request, call.QueryFlag("setAsActive")), keyPair: null);
    }

    private Task CreateKeysAndCertificateAsync(ApiCall call)
    {
        gate.Demand(call, "iot:CreateKeysAndCertificate", "*");
        var made = registry.CreateKeysAndCertificate(call.QueryFlag("setAsActive"));
        return AnswerAsync(call, made.Certificate, new KeyPair(made.PublicKeyPem, made.PrivateKeyPem));
    }

    private Task DescribeCertificateAsync(ApiCall call)
    {
        var certificate = registry.DescribeCertificate(Certificate(call, "iot:DescribeCertificate"));
        var details = new CertificateDetails(
            certificate.CertificateArn, certificate.CertificateId, certificate.Status.ToAws(), certificate.CertificatePem, registry.Arns.AccountId,
            certificate.CreationDate.ToUnixSeconds(), certificate.LastModifiedDate.ToUnixSeconds(), CustomerVersion: 1,
            new CertificateValidity(certificate.NotBefore.ToUnixSeconds(), certificate.NotAfter.ToUnixSeconds()), CertificateMode: "DEFAULT");
        return call.AnswerAsync(new DescribeCertificateAnswer(details), ControlJson.Default.DescribeCertificateAnswer);
    }

    private Task UpdateCertificateAsync(ApiCall call)
    {
        registry.UpdateCertificate(Certificate(call, "iot:UpdateCertificate"), CertificateStatuses.Parse(call.Query("newStatus")));
        return call.AnswerAsync();
    }

    private Task DeleteCertificateAsync(ApiCall call)
    {
        registry.DeleteCertificate(Certificate(call, "iot:DeleteCertificate"), call.QueryFlag("forceDelete"));
        return call.AnswerAsync();
    }

    private Task ListCertificatesAsync(ApiCall call)
    {
        gate.Demand(call, "iot:ListCertificates", "*");
        var all = registry.ListCertificates();
        var (page, next) = call.PageByMarker(call.QueryFlag("isAscendingOrder") ? all : [.. all.Reverse()], certificate => certificate.CertificateId);
        var summaries = page.Select(certificate => new CertificateSummary(
            certificate.CertificateArn, certificate.CertificateId, certificate.Status.ToAws(), CertificateMode: "DEFAULT", certificate.CreationDate.ToUnixSeconds()));
        return call.AnswerAsync(new CertificatePage([.. summaries], next), ControlJson.Default.CertificatePage);
    }

    private string Certificate(ApiCall call, string action)
    {
        string id = call.Path("certificateId");
        gate.Demand(call, action, $"cert/{id}");
        return id;
    }

    private static Task AnswerAsync(ApiCall call, CertificateDescription certificate, KeyPair? keyPair) => call.AnswerAsync(
        new CertificateAnswer(certificate.CertificateArn, certificate.CertificateId, certificate.CertificatePem, keyPair), ControlJson.Default.CertificateAnswer);
}
