using System.Diagnostics.Metrics;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Publishing;
using CloudKick.Testing;
using CloudKick.Testing.Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Publishing;

[CancelAfter(30_000)]
internal sealed class RelayCertificateTests
{
    private const int Expires = 4262;
    private const int NotUsable = 4261;

    // The test authority's certificates live for twenty days.
    private ManualTimeProvider _clock = null!;
    private LogRecords _logs = null!;
    private TestCertificates _authority = null!;
    private string _directory = null!;
    private ServiceProvider _services = null!;
    private RelayMqttOptions _options = null!;

    [SetUp]
    public void SetUp()
    {
        _clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        _logs = new LogRecords();
        _authority = new TestCertificates();
        _directory = Directory.CreateTempSubdirectory("cloudkick-certificate-").FullName;
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var (ca, certificate, key) = _authority.WritePem(_directory, _authority.IssueClient("relay"));
        _options = new RelayMqttOptions { CaFile = ca, CertificateFile = certificate, PrivateKeyFile = key };
    }

    [TearDown]
    public void TearDown()
    {
        _authority.Dispose();
        _logs.Dispose();
        _services.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task A_new_pair_is_taken_over(CancellationToken cancellationToken)
    {
        using var certificate = Create();
        await certificate.StartAsync(cancellationToken);
        var first = certificate.Current.Certificate!.SerialNumber;
        var changed = certificate.ChangedAsync(certificate.Version, cancellationToken);
        _authority.WritePem(_directory, _authority.IssueClient("relay"));

        await _clock.WaitForTimerAsync(_options.CertificateCheckInterval, cancellationToken);
        _clock.Advance(_options.CertificateCheckInterval);

        Assert.That(await changed, Is.EqualTo(2));
        Assert.That(certificate.Current.Certificate!.SerialNumber, Is.Not.EqualTo(first));
        Assert.That(certificate.Current.Certificate.HasPrivateKey, Is.True);
        await certificate.StopAsync(cancellationToken);
    }

    [Test]
    public void Half_a_pair_is_not_taken_over_and_warned_about_once()
    {
        using var certificate = Create();
        var first = certificate.Current;
        var next = _authority.IssueClient("relay");
        File.WriteAllText(_options.CertificateFile!, next.ExportCertificatePem());

        certificate.Look();
        certificate.Look();

        Assert.That(certificate.Current, Is.SameAs(first));
        Assert.That(certificate.Fault, Is.Not.Null);
        Assert.That(_logs.All.Count(record => record.EventId.Id == NotUsable), Is.EqualTo(1));
        _authority.WritePem(_directory, next);
        certificate.Look();
        Assert.That(certificate.Current.Certificate!.SerialNumber, Is.EqualTo(next.SerialNumber));
        Assert.That(certificate.Fault, Is.Null);
    }

    [Test]
    public void Files_that_are_gone_or_empty_change_nothing()
    {
        using var certificate = Create();
        var first = certificate.Current;

        File.WriteAllText(_options.CertificateFile!, "");
        certificate.Look();
        File.Delete(_options.CertificateFile!);
        certificate.Look();

        Assert.That(certificate.Current, Is.SameAs(first));
        Assert.That(certificate.Version, Is.EqualTo(1));
    }

    [Test]
    public void Intermediates_come_with_the_certificate()
    {
        var next = _authority.IssueClient("relay");
        _authority.WritePem(_directory, next);
        File.AppendAllText(_options.CertificateFile!, "\n" + _authority.Authority.ExportCertificatePem());

        using var certificate = Create();

        Assert.That(certificate.Current.Intermediates.Select(one => one.SerialNumber), Is.EqualTo(new[] { _authority.Authority.SerialNumber }));
    }

    [Test]
    public async Task The_end_is_warned_about_each_day_and_shown(CancellationToken cancellationToken)
    {
        _options.CertificateCheckInterval = TimeSpan.FromHours(1);
        using var certificate = Create();
        using var listener = new MeterListener();
        var remaining = 0.0;
        listener.InstrumentPublished = (instrument, meters) =>
        {
            if (instrument.Name == "cloudkick.certificate.remaining" && instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>())
                meters.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => remaining = value);
        listener.Start();
        await certificate.StartAsync(cancellationToken);
        await _clock.WaitForTimerAsync(_options.CertificateCheckInterval, cancellationToken);
        Assert.That(Warnings(), Is.EqualTo(1));

        await PassAsync(_options.CertificateCheckInterval, cancellationToken);
        Assert.That(Warnings(), Is.EqualTo(1), "not at each look");
        await PassAsync(TimeSpan.FromDays(1), cancellationToken);
        Assert.That(Warnings(), Is.EqualTo(2));

        listener.RecordObservableInstruments();
        Assert.That(TimeSpan.FromSeconds(remaining), Is.EqualTo(TimeSpan.FromDays(19)).Within(TimeSpan.FromHours(2)));
        var health = await new CertificateHealth(certificate).CheckHealthAsync(new HealthCheckContext(), cancellationToken);
        Assert.That(health.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(health.Description, Does.Contain("expires in 19 days"));
        await certificate.StopAsync(cancellationToken);
    }

    [TestCase(31, 0, HealthStatus.Healthy)]
    [TestCase(29, 1, HealthStatus.Degraded)]
    public async Task The_end_is_warned_about_from_thirty_days_on(int daysLeft, int warnings, HealthStatus status, CancellationToken cancellationToken)
    {
        DateTimeOffset certificateEnds;
        using (var look = Create())
            certificateEnds = look.ExpiresAt!.Value;
        _clock = new ManualTimeProvider(certificateEnds - TimeSpan.FromDays(daysLeft));
        using var certificate = Create();

        await certificate.StartAsync(cancellationToken);
        await _clock.WaitForTimerAsync(_options.CertificateCheckInterval, cancellationToken);

        Assert.That(Warnings(), Is.EqualTo(warnings));
        var health = await new CertificateHealth(certificate).CheckHealthAsync(new HealthCheckContext(), cancellationToken);
        Assert.That(health.Status, Is.EqualTo(status));
        Assert.That(health.Description, Does.Contain($"expires in {daysLeft} days"));
        await certificate.StopAsync(cancellationToken);
    }

    [Test]
    public void Faults_of_the_files_are_told_at_start()
    {
        File.WriteAllText(_options.PrivateKeyFile!, "no key");
        var validator = new RelayMqttOptionsValidator();

        Assert.That(validator.Validate(null, _options).FailureMessage, Does.Contain("cannot be used"));
        _options.PrivateKeyFile = Path.Combine(_directory, "nowhere.key");
        Assert.That(validator.Validate(null, _options).FailureMessage, Does.Contain("CloudKick:Mqtt:PrivateKeyFile").And.Contain("not there"));
        _options.PrivateKeyFile = null;
        Assert.That(validator.Validate(null, _options).FailureMessage, Does.Contain("go together"));
    }

    private int Warnings() => _logs.All.Count(record => record.EventId.Id == Expires);

    private async Task PassAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        _clock.Advance(time);
        await _clock.WaitForTimerAsync(_options.CertificateCheckInterval, cancellationToken);
    }

    private RelayCertificate Create()
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));
        return new RelayCertificate(
            Options.Create(_options), _services.GetRequiredService<IMeterFactory>(), _clock, loggers.CreateLogger<RelayCertificate>());
    }
}
