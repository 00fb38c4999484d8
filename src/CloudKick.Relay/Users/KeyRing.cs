using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Users;

/// <summary>
/// The keys that forms' tokens and second factors are encrypted with, in the database: each node reads what another wrote. Whoever reads
/// the database reads them; they guard what leaves the relay, and a copy of <c>users</c> alone.
/// </summary>
internal sealed class KeyRing(NpgsqlDataSource dataSource) : IXmlRepository
{
    private const string ReadSql = "select xml from data_protection_keys order by created_at";
    private const string WriteSql = "insert into data_protection_keys (name, xml) values (@name, @xml)";

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var connection = dataSource.OpenConnection();
        return [.. connection.Query<string>(ReadSql).Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var connection = dataSource.OpenConnection();
        connection.Execute(WriteSql, new { name = friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) });
    }
}

/// <summary>Adds the <see cref="KeyRing"/>.</summary>
internal static class KeyRingRegistration
{
    public static IServiceCollection AddKeyRing(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("cloudkick");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(keys =>
        {
            keys.XmlRepository = ActivatorUtilities.CreateInstance<KeyRing>(provider);
            keys.XmlEncryptor = new NullXmlEncryptor();
        }));
        return services;
    }
}
