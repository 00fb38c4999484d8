using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using CloudKick.Relay.Publishing;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Cloud;

/// <summary>
/// The relay's certificate as its files have it: looks at their contents again and again (mounted secrets are swapped by links, which
/// file events miss), takes over a new pair once it is whole, keeps the one it has while it is not, and warns before it expires. Thread-safe.
/// </summary>
internal sealed partial class RelayCertificate : BackgroundService
{
    /// <summary>How long before its end a certificate is warned about.</summary>
    public static readonly TimeSpan WarnAhead = TimeSpan.FromDays(30);

    private static readonly TimeSpan WarnEvery = TimeSpan.FromDays(1);

    private readonly RelayMqttOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<RelayCertificate> _logger;
    private readonly Lock _lock = new();
    private RelayIdentity _current;
    private string _hash;
    private string? _refusedHash;
    private int _version = 1;
    private DateTimeOffset? _warnedAt;
    private TaskCompletionSource _changed = NewSignal();

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">A file is not what it should be, or certificate and key do not belong together.</exception>
    public RelayCertificate(IOptions<RelayMqttOptions> options, IMeterFactory meters, TimeProvider timeProvider, ILogger<RelayCertificate> logger)
    {
        _options = options.Value;
        _timeProvider = timeProvider;
        _logger = logger;
        _current = RelayIdentity.Read(_options, out _hash);
        var meter = meters.Create("CloudKick.Relay.Cloud");
        meter.CreateObservableGauge("cloudkick.certificate.remaining", Remaining, "s", "What is left of the life of the relay's certificate");
    }

    /// <summary>What to use for the next handshake.</summary>
    public RelayIdentity Current
    {
        get
        {
            lock (_lock)
                return _current;
        }
    }

    /// <summary>Counts the identities, from 1.</summary>
    public int Version
    {
        get
        {
            lock (_lock)
                return _version;
        }
    }

    /// <summary>Why the files as they are now are not used; null when they are.</summary>
    public string? Fault { get; private set; }

    /// <summary>When the certificate ends; null without one.</summary>
    public DateTimeOffset? ExpiresAt => Current.Certificate?.NotAfter.ToUniversalTime() is { } end ? new DateTimeOffset(end) : null;

    /// <summary>What is left until then.</summary>
    public TimeSpan? Left => ExpiresAt - _timeProvider.GetUtcNow();

    /// <summary>Waits for an identity newer than the one known; its version.</summary>
    public async Task<int> ChangedAsync(int known, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_version > known)
                    return _version;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            WarnOfExpiry();
            await Task.Delay(_options.CertificateCheckInterval, _timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stoppingToken.IsCancellationRequested)
                Look();
        }
    }

    /// <summary>Looks at the files once.</summary>
    internal void Look()
    {
        var hash = "";
        try
        {
            var read = RelayIdentity.Read(_options, out hash);
            Fault = null;
            _refusedHash = null;
            if (hash != _hash)
                Take(read, hash);
        }
        // Half written, or wrong: with what is loaded the relay goes on until its end, so an operator has the time to mend it.
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Fault = $"the certificate files cannot be used: {exception.Message}";
            if (_refusedHash != hash)
                LogNotUsable(_logger, exception.Message);
            _refusedHash = hash;
        }
    }

    private void Take(RelayIdentity read, string hash)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            (_current, _hash) = (read, hash);
            _version++;
            (changed, _changed) = (_changed, NewSignal());
        }
        _warnedAt = null;
        LogRenewed(_logger, read.Certificate?.SerialNumber, ExpiresAt);
        changed.SetResult();
    }

    private void WarnOfExpiry()
    {
        var now = _timeProvider.GetUtcNow();
        if (Left is not { } left || left > WarnAhead || now - _warnedAt < WarnEvery)
            return;
        _warnedAt = now;
        if (left > TimeSpan.Zero)
            LogExpires(_logger, Current.Certificate!.SerialNumber, left.TotalDays, ExpiresAt!.Value);
        else
            LogExpired(_logger, Current.Certificate!.SerialNumber, ExpiresAt!.Value);
    }

    private IEnumerable<Measurement<double>> Remaining() => Left is { } left ? [new(left.TotalSeconds)] : [];

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(4260, LogLevel.Information, "The relay's certificate files have changed: certificate {SerialNumber}, valid until {ExpiresAt:u}, is used from now on")]
    private static partial void LogRenewed(ILogger logger, string? serialNumber, DateTimeOffset? expiresAt);

    [LoggerMessage(4261, LogLevel.Warning, "The relay's certificate files have changed and cannot be used, so the certificate loaded before stays in use: {Reason}")]
    private static partial void LogNotUsable(ILogger logger, string reason);

    [LoggerMessage(4262, LogLevel.Warning, "The relay's certificate {SerialNumber} expires in {Days:0.0} days, on {ExpiresAt:u}. Put a new one in its place; it is taken over without a restart.")]
    private static partial void LogExpires(ILogger logger, string serialNumber, double days, DateTimeOffset expiresAt);

    [LoggerMessage(4263, LogLevel.Error, "The relay's certificate {SerialNumber} has expired on {ExpiresAt:u}: the cloud takes no new connection with it. Put a new one in its place.")]
    private static partial void LogExpired(ILogger logger, string serialNumber, DateTimeOffset expiresAt);
}
