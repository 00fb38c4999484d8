using System.Text;
using Microsoft.Net.Http.Headers;

namespace CloudKick.Relay.Terminals.Parameters;

/// <summary>Answers with a parameter sheet as it was wanted.</summary>
internal sealed class ParameterSheetResult(ParameterSheet sheet, ParameterSheetChoice choice) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.Vary = $"{HeaderNames.Accept}, {HeaderNames.AcceptLanguage}, {HeaderNames.Authorization}";
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        switch (choice.Format)
        {
            case ParameterSheetChoice.Csv:
                headers.ContentDisposition = $"attachment; filename=\"{sheet.TerminalId}-parameters.csv\"";
                return TypedResults.Text(ParameterSheetCsv.Write(sheet), "text/csv; header=present", Encoding.UTF8).ExecuteAsync(httpContext);
            case ParameterSheetChoice.Html:
                headers.ContentSecurityPolicy = ParameterSheetHtml.ContentSecurityPolicy;
                headers.ContentLanguage = choice.Texts.Language;
                return TypedResults.Text(ParameterSheetHtml.Write(sheet, choice.Texts), "text/html", Encoding.UTF8).ExecuteAsync(httpContext);
            default:
                return TypedResults.Ok(sheet).ExecuteAsync(httpContext);
        }
    }
}
