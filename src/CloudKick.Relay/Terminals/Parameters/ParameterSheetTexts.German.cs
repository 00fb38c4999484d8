namespace CloudKick.Relay.Terminals.Parameters;

/// <content>In German.</content>
internal sealed partial record ParameterSheetTexts
{
    private static ParameterSheetTexts German => new()
    {
        Language = "de",
        Title = "Parameter für Cloud Connect 2.0",
        Introduction = "Was eingestellt sein muss, damit die Kasse des Webshops dieses Terminal über die Cloud erreicht.",
        Terminal = "Terminal (TMS ID)",
        ManagementSystem = "Managementsystem",
        ClientId = "MQTT-Client-ID",
        Topic = "Hört auf das Topic",
        NoTopic = "keines: seine Einstellungen ergeben kein gültiges Topic",
        Firmware = "Softwareversion",
        FirmwareUnknown = "nicht bekannt; muss {0} oder neuer sein",
        FirmwareSufficient = "{1} (ab {0}: in Ordnung)",
        FirmwareTooOld = "{1} – zu alt: muss {0} oder neuer sein",
        Whitelist = "Whitelist",
        Whitelisted = "steht auf der Whitelist des Händlers",
        NotWhitelisted = "steht NICHT auf der Whitelist des Händlers: Kicks werden abgelehnt",
        Group = "Gruppe",
        Parameter = "Parameter",
        Value = "Wert",
        Empty = "(leer)",
        Sections = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SheetSection.Tms] = "1. Im Terminal-Managementsystem (TMS)",
            [SheetSection.Upgrade] = "2. In der Upgrade-Aufgabe",
            [SheetSection.Terminal] = "3. Im Terminal",
            [SheetSection.Till] = "4. In der Kasse des Webshops",
            [SheetSection.Firewall] = "5. Ausgehend, in der Firewall",
        },
        StepsTitle = "Reihenfolge",
        Steps =
        [
            "Machen Sie eine Testtransaktion: Funktioniert das Terminal jetzt?",
            "Tragen Sie die Parameter in TMS ein. Mehrere Terminals an einer Kasse: erst alle Terminals, dann die Kasse.",
            "Schließen Sie den Tag am Terminal ab und machen Sie dann eine Hardware-Installation (H/W installatie). Ein Kontakt mit TMS allein genügt nicht.",
            "Prüfen Sie, dass POS OPI auf TCP FLAT-OUTGOING steht; TMS stellt es ein, wenn MQT an ist. Öffnen Sie den Tag wieder, wenn Sie ihn von Hand abgeschlossen haben.",
            "Lassen Sie die Kasse umstellen und machen Sie eine Testtransaktion. Mit dem OPI-Triggerport 0 kann sie nur über die Cloud gekommen sein.",
        ],
    };
}
