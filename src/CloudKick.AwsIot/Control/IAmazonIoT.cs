namespace CloudKick.AwsIot.Control;

/// <summary>
/// AWS IoT's control API: things, certificates, policies. Errors are <see cref="AmazonIoTException"/>s; <see cref="AwsServiceClient"/> tells what else may
/// be thrown.
/// </summary>
public interface IAmazonIoT : IDisposable
{
    /// <inheritdoc cref="DescribeEndpointRequest"/>
    Task<DescribeEndpointResponse> DescribeEndpointAsync(DescribeEndpointRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="CreateThingRequest"/>
    Task<CreateThingResponse> CreateThingAsync(CreateThingRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DescribeThingRequest"/>
    Task<DescribeThingResponse> DescribeThingAsync(DescribeThingRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DeleteThingRequest"/>
    Task<DeleteThingResponse> DeleteThingAsync(DeleteThingRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="CreateCertificateFromCsrRequest"/>
    Task<CreateCertificateFromCsrResponse> CreateCertificateFromCsrAsync(CreateCertificateFromCsrRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="CreateKeysAndCertificateRequest"/>
    Task<CreateKeysAndCertificateResponse> CreateKeysAndCertificateAsync(CreateKeysAndCertificateRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DescribeCertificateRequest"/>
    Task<DescribeCertificateResponse> DescribeCertificateAsync(DescribeCertificateRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="UpdateCertificateRequest"/>
    Task<UpdateCertificateResponse> UpdateCertificateAsync(UpdateCertificateRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DeleteCertificateRequest"/>
    Task<DeleteCertificateResponse> DeleteCertificateAsync(DeleteCertificateRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="AttachPolicyRequest"/>
    Task<AttachPolicyResponse> AttachPolicyAsync(AttachPolicyRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DetachPolicyRequest"/>
    Task<DetachPolicyResponse> DetachPolicyAsync(DetachPolicyRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="AttachThingPrincipalRequest"/>
    Task<AttachThingPrincipalResponse> AttachThingPrincipalAsync(AttachThingPrincipalRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DetachThingPrincipalRequest"/>
    Task<DetachThingPrincipalResponse> DetachThingPrincipalAsync(DetachThingPrincipalRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ListThingPrincipalsRequest"/>
    Task<ListThingPrincipalsResponse> ListThingPrincipalsAsync(ListThingPrincipalsRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ListPrincipalThingsRequest"/>
    Task<ListPrincipalThingsResponse> ListPrincipalThingsAsync(ListPrincipalThingsRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ListCertificatesRequest"/>
    Task<ListCertificatesResponse> ListCertificatesAsync(ListCertificatesRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="CreatePolicyRequest"/>
    Task<CreatePolicyResponse> CreatePolicyAsync(CreatePolicyRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetPolicyRequest"/>
    Task<GetPolicyResponse> GetPolicyAsync(GetPolicyRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetThingConnectivityDataRequest"/>
    Task<GetThingConnectivityDataResponse> GetThingConnectivityDataAsync(GetThingConnectivityDataRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="RegisterThingRequest"/>
    Task<RegisterThingResponse> RegisterThingAsync(RegisterThingRequest request, CancellationToken cancellationToken = default);
}
