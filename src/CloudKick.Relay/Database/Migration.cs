using System.Security.Cryptography;
using System.Text;

namespace CloudKick.Relay.Database;

/// <summary>One file of <c>sql/migrations</c>.</summary>
/// <param name="Name">The file's name, which is also its place in the order: <c>2026-11-21_01_create_merchants.sql</c>.</param>
/// <param name="Sql">The file's text.</param>
public sealed record Migration(string Name, string Sql)
{
    /// <summary>SHA-256 of the text with line endings as <c>\n</c>: 64 lower-case hexadecimal digits.</summary>
    public string Checksum =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));
}
