namespace CloudKick.Relay.Terminals.Parameters;

/// <content>In English.</content>
internal sealed partial record ParameterSheetTexts
{
    private static ParameterSheetTexts English => new()
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
}
