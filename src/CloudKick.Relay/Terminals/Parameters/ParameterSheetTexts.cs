namespace CloudKick.Relay.Terminals.Parameters;

/// <summary>What the page says around the parameters, whose names and values are the same in every language.</summary>
internal sealed record ParameterSheetTexts
{
    public required string Language { get; init; }
    public required string Title { get; init; }
    public required string Introduction { get; init; }
    public required string Terminal { get; init; }
    public required string ManagementSystem { get; init; }
    public required string ClientId { get; init; }
    public required string Topic { get; init; }
    public required string NoTopic { get; init; }
    public required string Firmware { get; init; }
    public required string FirmwareUnknown { get; init; }
    public required string FirmwareSufficient { get; init; }
    public required string FirmwareTooOld { get; init; }
    public required string Whitelist { get; init; }
    public required string Whitelisted { get; init; }
    public required string NotWhitelisted { get; init; }
    public required string Group { get; init; }
    public required string Parameter { get; init; }
    public required string Value { get; init; }
    public required string Empty { get; init; }
    public required IReadOnlyDictionary<string, string> Sections { get; init; }
    public required string StepsTitle { get; init; }
    public required IReadOnlyList<string> Steps { get; init; }

    public static readonly ParameterSheetTexts English = new()
    {
        Language = "en",
        Title = "Parameters for Cloud Connect 2.0",
        Introduction = "What must be set so that the web shop's till can reach this terminal through the cloud.",
        Terminal = "Terminal (TMS ID)",
        ManagementSystem = "Management system",
        ClientId = "MQTT client id",
        Topic = "Listens on topic",
        NoTopic = "none: its settings make no valid topic",
        Firmware = "Software version",
        FirmwareUnknown = "not known; must be {0} or later",
        FirmwareSufficient = "{1} (from {0}: recent enough)",
        FirmwareTooOld = "{1} – too old: must be {0} or later",
        Whitelist = "Whitelist",
        Whitelisted = "on its merchant's whitelist",
        NotWhitelisted = "NOT on its merchant's whitelist: kicks are refused",
        Group = "Group",
        Parameter = "Parameter",
        Value = "Value",
        Empty = "(empty)",
        Sections = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SheetSection.Tms] = "1. In the terminal management system (TMS)",
            [SheetSection.Upgrade] = "2. In the upgrade task",
            [SheetSection.Terminal] = "3. In the terminal",
            [SheetSection.Till] = "4. In the web shop's till",
            [SheetSection.Firewall] = "5. Outgoing, in the firewall",
        },
        StepsTitle = "Order of work",
        Steps =
        [
            "Do a test transaction: does the terminal work now?",
            "Enter the parameters in TMS. Several terminals with one till: all terminals first, then the till.",
            "Close the day on the terminal, then do a hardware installation (H/W installatie). Contact with TMS alone is not enough.",
            "Check that POS OPI is TCP FLAT-OUTGOING; TMS sets it when MQT is on. Open the day again when you closed it by hand.",
            "Have the till changed, and do a test transaction. With the OPI trigger port at 0 it can only have come through the cloud.",
        ],
    };

    public static readonly ParameterSheetTexts Dutch = new()
    {
        Language = "nl",
        Title = "Parameters voor Cloud Connect 2.0",
        Introduction = "Wat ingesteld moet zijn opdat de Webkassa deze betaalterminal via de cloud kan bereiken.",
        Terminal = "Betaalterminal (TMS ID)",
        ManagementSystem = "Naam van TMS systeem",
        ClientId = "MQTT client-id",
        Topic = "Luistert op topic",
        NoTopic = "geen: de instellingen leveren geen geldig topic op",
        Firmware = "Software versie",
        FirmwareUnknown = "niet bekend; moet {0} of hoger zijn",
        FirmwareSufficient = "{1} (vanaf {0}: in orde)",
        FirmwareTooOld = "{1} – te oud: moet {0} of hoger zijn",
        Whitelist = "Whitelist",
        Whitelisted = "staat in de whitelist van de winkelier",
        NotWhitelisted = "staat NIET in de whitelist van de winkelier: kicks worden geweigerd",
        Group = "Groep",
        Parameter = "Parameter",
        Value = "Waarde",
        Empty = "(leeg)",
        Sections = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SheetSection.Tms] = "1. In de TMS Webportal",
            [SheetSection.Upgrade] = "2. Bij de upgrade taak",
            [SheetSection.Terminal] = "3. In de betaalterminal",
            [SheetSection.Till] = "4. In de Webkassa",
            [SheetSection.Firewall] = "5. Uitgaand, in de firewall",
        },
        StepsTitle = "Volgorde",
        Steps =
        [
            "Doe een test transactie: werkt de betaalterminal nu?",
            "Voer de parameters in TMS in. Meerdere betaalterminals met één Webkassa: eerst alle betaalterminals, dan de Webkassa.",
            "Sluit de dag op de betaalterminal en doe een hardware installatie (H/W installatie). Alleen contact TMS is niet voldoende.",
            "Controleer dat POS OPI op TCP FLAT-OUTGOING staat; TMS zet dat als MQT aan staat. Heb je de dag handmatig gesloten, open hem weer.",
            "Laat de Webkassa aanpassen en doe een test transactie. Met de OPI triggerpoort op 0 kan die alleen via de cloud gekomen zijn.",
        ],
    };

    public static readonly IReadOnlyList<ParameterSheetTexts> All = [English, Dutch];
}
