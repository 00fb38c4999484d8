namespace CloudKick.Relay.Terminals.Parameters;

/// <content>In Dutch.</content>
internal sealed partial record ParameterSheetTexts
{
    private static ParameterSheetTexts Dutch => new()
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
}
