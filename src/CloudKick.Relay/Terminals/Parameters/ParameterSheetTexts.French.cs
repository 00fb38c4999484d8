namespace CloudKick.Relay.Terminals.Parameters;

/// <content>In French.</content>
internal sealed partial record ParameterSheetTexts
{
    private static ParameterSheetTexts French => new()
    {
        Language = "fr",
        Title = "Paramètres pour Cloud Connect 2.0",
        Introduction = "Ce qui doit être réglé pour que la caisse de la boutique en ligne atteigne ce terminal par le cloud.",
        Terminal = "Terminal (TMS ID)",
        ManagementSystem = "Système de gestion",
        ClientId = "Identifiant client MQTT",
        Topic = "Écoute le topic",
        NoTopic = "aucun : ses réglages ne donnent pas de topic valable",
        Firmware = "Version du logiciel",
        FirmwareUnknown = "inconnue ; il faut {0} ou plus récent",
        FirmwareSufficient = "{1} (à partir de {0} : en ordre)",
        FirmwareTooOld = "{1} – trop ancien : il faut {0} ou plus récent",
        Whitelist = "Liste blanche",
        Whitelisted = "figure sur la liste blanche de son commerçant",
        NotWhitelisted = "ne figure PAS sur la liste blanche de son commerçant : les kicks sont refusés",
        Group = "Groupe",
        Parameter = "Paramètre",
        Value = "Valeur",
        Empty = "(vide)",
        Sections = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SheetSection.Tms] = "1. Dans le système de gestion des terminaux (TMS)",
            [SheetSection.Upgrade] = "2. Dans la tâche de mise à niveau",
            [SheetSection.Terminal] = "3. Dans le terminal",
            [SheetSection.Till] = "4. Dans la caisse de la boutique en ligne",
            [SheetSection.Firewall] = "5. Sortant, dans le pare-feu",
        },
        StepsTitle = "Ordre des travaux",
        Steps =
        [
            "Faites une transaction de test : le terminal fonctionne-t-il maintenant ?",
            "Saisissez les paramètres dans TMS. Plusieurs terminaux pour une caisse : d'abord tous les terminaux, ensuite la caisse.",
            "Clôturez la journée sur le terminal, puis faites une installation matérielle (H/W installatie). Un contact TMS seul ne suffit pas.",
            "Vérifiez que POS OPI est sur TCP FLAT-OUTGOING ; TMS le règle quand MQT est activé. Rouvrez la journée si vous l'avez clôturée à la main.",
            "Faites modifier la caisse et faites une transaction de test. Avec le port de déclenchement OPI à 0, elle ne peut être venue que par le cloud.",
        ],
    };
}
