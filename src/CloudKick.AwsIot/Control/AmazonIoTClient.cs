using Amazon.Runtime;

namespace CloudKick.AwsIot.Control;

/// <summary>Client of AWS IoT's control API. Thread-safe; one serves a whole process.</summary>
public class AmazonIoTClient : AwsServiceClient, IAmazonIoT
{
    /// <summary>With the credentials of the SDK's chain.</summary>
    public AmazonIoTClient(AmazonIoTConfig config)
        : base(null, config)
    {
    }

    /// <summary>With these credentials.</summary>
    public AmazonIoTClient(AWSCredentials credentials, AmazonIoTConfig config)
        : base(credentials, config)
    {
    }

    /// <inheritdoc/>
    public virtual Task<DescribeEndpointResponse> DescribeEndpointAsync(DescribeEndpointRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(DescribeEndpointRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<CreateThingResponse> CreateThingAsync(CreateThingRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(CreateThingRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<DescribeThingResponse> DescribeThingAsync(DescribeThingRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(DescribeThingRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<DeleteThingResponse> DeleteThingAsync(DeleteThingRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(DeleteThingRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<CreateCertificateFromCsrResponse> CreateCertificateFromCsrAsync(CreateCertificateFromCsrRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(CreateCertificateFromCsrRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<CreateKeysAndCertificateResponse> CreateKeysAndCertificateAsync(CreateKeysAndCertificateRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(CreateKeysAndCertificateRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<DescribeCertificateResponse> DescribeCertificateAsync(DescribeCertificateRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(DescribeCertificateRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<UpdateCertificateResponse> UpdateCertificateAsync(UpdateCertificateRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(UpdateCertificateRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<DeleteCertificateResponse> DeleteCertificateAsync(DeleteCertificateRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(DeleteCertificateRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<AttachPolicyResponse> AttachPolicyAsync(AttachPolicyRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(AttachPolicyRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<DetachPolicyResponse> DetachPolicyAsync(DetachPolicyRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(DetachPolicyRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<AttachThingPrincipalResponse> AttachThingPrincipalAsync(AttachThingPrincipalRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(AttachThingPrincipalRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<DetachThingPrincipalResponse> DetachThingPrincipalAsync(DetachThingPrincipalRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(DetachThingPrincipalRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<ListThingPrincipalsResponse> ListThingPrincipalsAsync(ListThingPrincipalsRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(ListThingPrincipalsRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<ListPrincipalThingsResponse> ListPrincipalThingsAsync(ListPrincipalThingsRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(ListPrincipalThingsRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<ListCertificatesResponse> ListCertificatesAsync(ListCertificatesRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(ListCertificatesRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<CreatePolicyResponse> CreatePolicyAsync(CreatePolicyRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(CreatePolicyRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<GetPolicyResponse> GetPolicyAsync(GetPolicyRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(GetPolicyRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<GetThingConnectivityDataResponse> GetThingConnectivityDataAsync(GetThingConnectivityDataRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(GetThingConnectivityDataRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<RegisterThingResponse> RegisterThingAsync(RegisterThingRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(RegisterThingRequest.Operation, request, cancellationToken);
}
