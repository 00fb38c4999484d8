using System.Text.Json;
using CloudKick.Relay;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CloudKick.Fuzzing.Relay;

/// <summary>A relay that is put together and not started, for the parts that read what callers send.</summary>
internal sealed class RelayParts : IDisposable
{
    private readonly WebApplication _relay;

    public RelayParts()
    {
        var builder = RelayApplication.CreateBuilder([]);
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:CloudKick", "Host=127.0.0.1;Username=nobody;Password=nothing;Database=none"),
            new("CloudKick:Mqtt:Host", "127.0.0.1"),
        ]);
        _relay = RelayApplication.Build(builder);
    }

    /// <summary>How the relay's endpoints read JSON.</summary>
    public JsonSerializerOptions Json => Get<IOptions<JsonOptions>>().Value.SerializerOptions;

    public T Get<T>() where T : notnull => _relay.Services.GetRequiredService<T>();

    // Nothing of it was started, so nothing of it waits to be stopped.
    public void Dispose() => ((IDisposable)_relay).Dispose();
}
