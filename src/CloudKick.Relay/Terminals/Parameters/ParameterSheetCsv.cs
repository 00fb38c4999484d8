using System.Text;
using CloudKick.Relay.Csv;

namespace CloudKick.Relay.Terminals.Parameters;

/// <summary>A parameter sheet as CSV (RFC 4180) with a header line: <c>section,group,name,value</c>.</summary>
internal static class ParameterSheetCsv
{
    public static string Write(ParameterSheet sheet)
    {
        var csv = new StringBuilder().AppendHarmless("section", "group", "name", "value");
        foreach (var parameter in sheet.Parameters)
            csv.AppendHarmless(parameter.Section, parameter.Group ?? "", parameter.Name, parameter.Value);
        return csv.ToString();
    }
}
