using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Problems;

namespace CloudKick.Relay.Kicks;

/// <summary>The caller's own name for one kick, <c>Idempotency-Key</c>: the same key again is the same kick.</summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";
    private const int MaximumLength = 255;

    /// <summary>The key as it came; null when there is none, which is no fault.</summary>
    public static bool TryRead(HttpRequest request, out string? key, [NotNullWhen(false)] out FieldError? fault)
    {
        var values = request.Headers[Header];
        key = values.Count == 0 ? null : values.ToString();
        fault = key is null || (key.Length is > 0 and <= MaximumLength && key.All(c => c is >= '!' and <= '~'))
            ? null
            : new FieldError(Header, $"1 to {MaximumLength} visible ASCII characters, without spaces.");
        return fault is null;
    }

    /// <summary>
    /// What is stored of a key. Only whether it is the same matters: one that looks like a card number or a secret is not kept as it came. It
    /// is not refused either, since keys of digits alone pass for card numbers now and then.
    /// </summary>
    [return: NotNullIfNotNull(nameof(key))]
    public static string? Kept(string? key) => FreeText.IsSensitive(key) ? Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(key!))) : key;
}
