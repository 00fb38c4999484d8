using System.Globalization;
using CloudKick.Cli.Local;

namespace CloudKick.Cli.Tests.Local;

internal static class SampleState
{
    public static LocalState Create(int processId, string data = "/data", int startedAt = 0) => new()
    {
        RelayUrl = "http://127.0.0.1:5080",
        SwaggerUrl = "http://127.0.0.1:5080/swagger",
        ApiKey = "ck_local_merchant_secret",
        AdminKey = "ck_local_admin_secret",
        PagesUrl = "http://127.0.0.1:5080",
        AdminEmail = "admin@demo.example",
        OperatorEmail = "operator@platform.example",
        Password = "demo password",
        MerchantId = new Guid("0192f000-0000-7000-8000-000000000001"),
        MerchantName = "Demo Bakery",
        Terminals = ["NL000101", "NL000102"],
        Iot = new IotState("localhost", 8443, "/data/cloud/ca.pem", "/data/relay/certificate.pem", "/data/relay/private.key", "/data/cloud/credentials", "eu-central-1"),
        Tas = new TasState("127.0.0.1", 5555),
        Database = "Host=127.0.0.1;Database=cloudkick;Username=owner;Password=secret",
        RelayDatabase = "Host=127.0.0.1;Database=cloudkick;Username=relay;Password=secret",
        DatabaseUrl = "postgresql://owner:secret@127.0.0.1:5432/cloudkick",
        DataDirectory = data,
        Ephemeral = false,
        ProcessId = processId,
        StartedAt = DateTimeOffset.Parse("2026-11-21T10:00:00Z", CultureInfo.InvariantCulture).AddSeconds(startedAt),
    };
}
