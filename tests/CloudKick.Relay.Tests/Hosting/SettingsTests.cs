using CloudKick.Relay.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Hosting;

internal sealed class SettingsTests
{
    [Test]
    public void All_faults_of_all_features_are_told_at_once_by_their_full_names()
    {
        var faults = Faults(
            ("ConnectionStrings:CloudKick", ""),
            ("CloudKick:Http:Port", "99999"),
            ("CloudKick:Http:Address", "nowhere"),
            ("CloudKick:Http:RequestTimeout", "soon"),
            ("CloudKick:Http:MaximumBodySzie", "2048"),
            ("CloudKick:RateLimits:Key:Burst", "0"),
            ("CloudKick:Security:KeyMemory", "00:00:07"));

        string[] expected =
        [
            "ConnectionStrings:CloudKick is not set", "CloudKick:Http:Port", "CloudKick:Http:Address", "CloudKick:Http:RequestTimeout cannot be read as a duration",
            "CloudKick:Http:MaximumBodySzie is no setting", "CloudKick:RateLimits:Key:Burst", "CloudKick:Security:KeyMemory",
        ];
        foreach (var fault in expected)
            Assert.That(faults, Has.Some.Contains(fault));
    }

    [Test]
    public void A_secret_in_a_faulty_connection_string_is_not_told()
    {
        var faults = Faults(("ConnectionStrings:CloudKick", "Host=db;Password=canary-password;Nonsense=1"));

        Assert.That(faults, Is.Not.Empty.And.None.Contains("canary-password"));
    }

    [TestCase(null)]
    [TestCase("localhost")]
    [TestCase("127.0.0.1")]
    [TestCase("::1")]
    public void Terminals_in_the_field_are_not_told_to_look_for_the_TAS_on_themselves(string? publicHost)
    {
        var faults = Faults(("CloudKick:Mqtt:Host", "prefix-ats.iot.eu-central-1.amazonaws.com"), ("CloudKick:Tas:PublicHost", publicHost));

        Assert.That(faults, Has.Some.StartsWith("CloudKick:Tas:PublicHost is '").And.Some.Contains("Set it to the name or address"));
    }

    [TestCase("localhost", null, "Production")]
    [TestCase("127.0.0.1", "localhost", "Production")]
    [TestCase("prefix-ats.iot.eu-central-1.amazonaws.com", "tas.example", "Production")]
    [TestCase("prefix-ats.iot.eu-central-1.amazonaws.com", null, "Development")]
    public void The_TAS_is_on_this_machine_where_the_terminals_can_be_too(string mqttHost, string? publicHost, string environment)
    {
        var faults = Faults(environment, ("CloudKick:Mqtt:Host", mqttHost), ("CloudKick:Tas:PublicHost", publicHost));

        Assert.That(faults, Is.Not.Empty.And.None.Contains("PublicHost"), "the faults are others'");
    }

    [Test]
    public void Settings_are_read_whatever_their_case()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("cloudkick:http:PORT", "1234")]).Build());
        services.AddFeatureOptions<HttpOptions>(HttpOptions.Section);

        var options = services.BuildServiceProvider().GetRequiredService<IOptions<HttpOptions>>().Value;

        Assert.That((options.Port, options.MaximumBodySize), Is.EqualTo((1234, 16 * 1024)));
    }

    [TestCase("Production", ConsoleFormatterNames.Json)]
    [TestCase("Staging", ConsoleFormatterNames.Json)]
    [TestCase("Development", ConsoleFormatterNames.Simple)]
    public void Logs_are_for_machines_except_on_a_developers_machine(string environment, string formatter)
    {
        var builder = RelayApplication.CreateBuilder(["--environment", environment]);

        using var provider = builder.Services.BuildServiceProvider();

        Assert.That(provider.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName, Is.EqualTo(formatter));
    }

    private static IReadOnlyList<string> Faults(params (string Name, string? Value)[] settings) => Faults("Production", settings);

    private static IReadOnlyList<string> Faults(string environment, params (string Name, string? Value)[] settings)
    {
        var builder = RelayApplication.CreateBuilder(["--environment", environment]);
        builder.Configuration.AddInMemoryCollection(settings.Where(setting => setting.Value is not null).Select(setting => KeyValuePair.Create(setting.Name, setting.Value)));
        var exception = Assert.Catch(() => RelayApplication.Build(builder))!;
        return StartupFaults.Describe(exception) ?? throw exception;
    }
}
