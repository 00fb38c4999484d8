using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace CloudKick.Relay.Terminals.Parameters;

/// <summary>A parameter sheet as a page of its own, which prints on one sheet of A4. No scripts; nothing is loaded.</summary>
internal static class ParameterSheetHtml
{
    private const string Style =
        """
        @page { size: A4 portrait; margin: 12mm 14mm; }
        * { box-sizing: border-box; }
        body { margin: 1.5rem auto; max-width: 46rem; padding: 0 1rem; font: 15px/1.4 system-ui, "Segoe UI", Arial, sans-serif; color: #1a1a1a; background: #fff; }
        h1 { margin: 0 0 .2rem; font-size: 1.4rem; }
        h2 { margin: 1rem 0 .3rem; font-size: 1.05rem; }
        p { margin: 0 0 .8rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 0 .8rem; }
        dt { color: #555; }
        dd { margin: 0; overflow-wrap: anywhere; }
        table { width: 100%; border-collapse: collapse; }
        th, td { padding: .15rem .5rem; border: 1px solid #999; text-align: left; vertical-align: top; }
        thead th { background: #eee; }
        tbody th[scope=rowgroup] { background: #f6f6f6; }
        tbody th[scope=row] { font-weight: 400; }
        td code { font: 14px/1.3 ui-monospace, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
        ol { margin: 0; padding-left: 1.3rem; }
        @media screen and (max-width: 32rem) {
          body { margin: .75rem auto; padding: 0 .5rem; font-size: 13px; }
          td code { font-size: 12px; }
          th, td { padding: .15rem .25rem; }
        }
        @media print {
          body { margin: 0; max-width: none; padding: 0; font-size: 9.5pt; line-height: 1.25; }
          h1 { font-size: 14pt; }
          h2 { font-size: 11pt; margin-top: .6rem; }
          td code { font-size: 9pt; }
          th, td { padding: .05rem .35rem; }
          thead th, tbody th[scope=rowgroup] { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          table, ol { break-inside: avoid; }
        }
        """;

    /// <summary>Nothing may run or be loaded but the style above.</summary>
    public static readonly string ContentSecurityPolicy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static string Write(ParameterSheet sheet, ParameterSheetTexts texts) =>
        $"""
        <!DOCTYPE html>
        <html lang="{texts.Language}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(sheet.TerminalId)} – {Text(texts.Title)}</title>
        <style>{Style}</style>
        </head>
        <body>
        <main>
        <h1>{Text(texts.Title)}</h1>
        <p>{Text(texts.Introduction)}</p>
        {About(sheet, texts)}
        {Table(sheet, texts)}
        <h2>{Text(texts.StepsTitle)}</h2>
        <ol>
        {string.Join('\n', texts.Steps.Select(step => $"<li>{Text(step)}</li>"))}
        </ol>
        </main>
        </body>
        </html>

        """;

    private static string About(ParameterSheet sheet, ParameterSheetTexts texts)
    {
        (string Name, string Value)[] facts =
        [
            (texts.Terminal, sheet.Label.Length == 0 ? sheet.TerminalId : $"{sheet.TerminalId} – {sheet.Label}"),
            (texts.ManagementSystem, sheet.ManagementSystemId),
            (texts.ClientId, sheet.ClientId),
            (texts.Topic, sheet.Topic ?? texts.NoTopic),
            (texts.Firmware, Firmware(sheet, texts)),
            (texts.Whitelist, sheet.Whitelisted ? texts.Whitelisted : texts.NotWhitelisted),
        ];
        return $"<dl>\n{string.Join('\n', facts.Select(fact => $"<dt>{Text(fact.Name)}</dt><dd>{Text(fact.Value)}</dd>"))}\n</dl>";
    }

    private static string Firmware(ParameterSheet sheet, ParameterSheetTexts texts)
    {
        var form = sheet.FirmwareSufficient switch
        {
            true => texts.FirmwareSufficient,
            false => texts.FirmwareTooOld,
            null => texts.FirmwareUnknown,
        };
        return string.Format(CultureInfo.InvariantCulture, form, sheet.MinimumFirmwareVersion, sheet.FirmwareVersion);
    }

    private static string Table(ParameterSheet sheet, ParameterSheetTexts texts)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<table>\n<caption hidden>{Text(texts.Title)}</caption>\n<thead><tr>");
        foreach (var column in (string[])[texts.Group, texts.Parameter, texts.Value])
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{Text(column)}</th>");
        html.Append("</tr></thead>\n");
        foreach (var section in SheetSection.All)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"3\">{Text(texts.Sections[section])}</th></tr>\n");
            foreach (var parameter in sheet.Parameters.Where(parameter => parameter.Section == section))
            {
                var value = parameter.Value.Length == 0 ? Text(texts.Empty) : $"<code>{Text(parameter.Value)}</code>";
                html.Append(
                    CultureInfo.InvariantCulture,
                    $"<tr><td>{Text(parameter.Group ?? "")}</td><th scope=\"row\">{Text(parameter.Name)}</th><td>{value}</td></tr>\n");
            }

            html.Append("</tbody>\n");
        }

        return html.Append("</table>").ToString();
    }

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
