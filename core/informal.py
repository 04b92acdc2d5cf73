"""Customers' texts in German by the first name: for desks whose owner says “du” (`SAYS_DU`)."""

DU = {
    "nobody-there": (
        "Gerade ist niemand da. Deine Nachricht ist bei uns gut aufgehoben, und wir antworten, sobald jemand "
        "zurück ist."
    ),
    "nobody-before": (
        "Gerade ist niemand da; ab {when} ist wieder jemand hier. Deine Nachricht ist bei uns gut aufgehoben."
    ),
    "nobody-free": (
        "Leider sind gerade alle im Gespräch. Deine Nachricht ist bei uns gut aufgehoben, und wir antworten so "
        "bald wie möglich."
    ),
    "still-there": "Bist du noch da? Wenn wir nichts von dir hören, beenden wir dieses Gespräch in ein paar Minuten.",
    "ended-idle": (
        "Wir haben eine Weile nichts von dir gehört, deshalb ist dieses Gespräch beendet. Schreib einfach, um "
        "zurückzukommen."
    ),
    "on-hold": "Einen Moment bitte, {name} ist gleich wieder für dich da.",
    "handed-over": "{name} übernimmt und ist gleich für dich da.",
    "moved": "Ein anderes Team übernimmt und ist gleich für dich da.",
    "troubled": (
        "Der Chat unseres Teams ist gerade gestört, eine Antwort kann etwas länger dauern. Deine Nachricht ist "
        "sicher angekommen."
    ),
    "got-letter": (
        "Vielen Dank, deine Nachricht ist als #{number} bei uns angekommen. Wir antworten, sobald wir können."
    ),
    "got-letter-away": (
        "Vielen Dank, deine Nachricht ist als #{number} bei uns angekommen. Gerade ist niemand da; wir "
        "antworten, sobald wieder jemand hier ist."
    ),
    "got-letter-before": (
        "Vielen Dank, deine Nachricht ist als #{number} bei uns angekommen. Gerade ist niemand da; ab {when} "
        "ist wieder jemand hier."
    ),
    "unread": (
        "Du warst schon fort, bevor du unsere Antwort lesen konntest:\n\n{lines}\n\nAntworte einfach auf diese "
        "Mail, dann geht es weiter."
    ),
    "welcome": "Hallo! Schreib uns hier: Worum geht es?",
    "go-ahead": "Nur zu: Deine nächste Nachricht beginnt ein neues Anliegen.",
    "nothing-open": "Von dir ist bei uns nichts offen. Schreib einfach, wenn etwas ist.",
    "your-turn": "wir warten auf deine Antwort",
    "ended": "Dieses Gespräch ist beendet. Schreib einfach, um zurückzukommen.",
    "nothing-to-end": "Es läuft kein Gespräch. Schreib einfach, um eines zu beginnen.",
    "commands": (
        "Schreib uns einfach. Du kannst auch senden: /new für ein neues Anliegen, /status für den Stand der "
        "Dinge, /end zum Beenden, /language für eine andere Sprache."
    ),
    "which-language": "Welche Sprache möchtest du?",
    "language-set": "Ab jetzt schreiben wir dir auf Deutsch.",
    "choice-gone": "Diese Auswahl gilt nicht mehr. Schreib uns einfach.",
    "file-too-large": (
        "Die Datei {name} hat uns nicht erreicht: Sie ist größer als {most} MB oder nicht mehr da. Bitte sende "
        "eine kleinere oder einen Link."
    ),
    "how-was-it": "Wie zufrieden bist du? 5 ist am besten. Ist es nicht gelöst, sag es uns.",
    "come-private": "Wir möchten dir privat antworten. Bitte öffne {link} und drück auf Start.",
    "in-private": "Wir machen hier weiter, wo nur du mitliest. Es geht um: {subject}",
}
"""By the names of the texts; only what differs from our own words."""
