"""The words mail programs put around quoted mails, in the languages they speak; small letters throughout."""

WROTE = tuple(
    (
        "wrote|writes|schrieb|geschrieben|schreibt|a écrit|a ecrit|escribió|escribio|ha escrito|va escriure|"
        "ha scritto|scrive|escreveu|schreef|het volgende geschreven|geschreven|skrev|skreiv|kirjoitti|napisał|"
        "napisał(a)|napisała|pisze|napsal|napsal(a)|napsala|napísal|napísal(a)|napísala|írta|ezt írta|a scris|"
        "şunu yazdı|yazdı|написал|написал(а)|написала|пишет|написав|написав(ла)|написала(в)|пише|написа|έγραψε|"
        "je napisao|je napisao/la|je napisala|piše|napisao|je zapisal|je zapisala|kirjutas|rakstīja|rašė|parašė|"
        "написао је|đã viết|menulis|tulis|เขียน|写道|寫道|寫|написано|書きました|のメール|님이 작성|작성|"
        "작성했습니다|כתב|כתב/ה|כתבה|מאת|كتب|كتبت|نوشت"
    ).split("|")
)
"""What stands after a name or a date, before the colon."""

BEGINS = tuple(
    (
        "on|am|le|el|il|em|a|op|den|på|w dniu|dnia|dne|dňa|în|pe|στις|στισ|на|в|vào|pada|quoting|zitat von|"
        "citando|citát|kel|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|gio|sab|"
        "dom|mié|jue|vie|sáb|seg|ter|qua|qui|sex|ma|wo|vr|za|zo|man|tir|ons|tor|fre|lør|søn|mån|tis|lör|sön|ke|"
        "to|la|su|ti|pon|wt|śr|czw|pt|niedz|po|út|st|čt|pá|ne|pn|вт|ср|чт|пт|сб|вс|пн|нд|понедельник|вторник|"
        "среда|четверг|пятница|суббота|воскресенье|pzt|sal|çar|per|cum|cmt|paz"
    ).split("|")
)
"""The words a line may begin with that tells who wrote when."""

BEGINS_UNSPACED = tuple(("于|於|在|בתאריך|ב-|في|بتاريخ|20").split("|"))
"""The same in scripts without spaces between words, and years."""

QUOTING = tuple(("quoting|zitat von|citando|citation de|citát").split("|"))
"""How webmails begin a line that names the writer and no verb."""

FORWARDED = tuple(
    (
        "forwarded message|forwarded mail|forwarded by|begin forwarded message|weitergeleitete nachricht|"
        "weitergeleitete mail|weitergeleitet von|anfang der weitergeleiteten nachricht|"
        "anfang der weitergeleiteten e-mail|message transféré|message transmis|courriel transféré|"
        "début du message transféré|début du message réexpédié|mensaje reenviado|inicio del mensaje reenviado|"
        "messaggio inoltrato|inizio messaggio inoltrato|mensagem encaminhada|mensagem reencaminhada|"
        "início da mensagem encaminhada|doorgestuurd bericht|begin doorgestuurd bericht|"
        "vidarebefordrat meddelande|vidarebefordrat mejl|vidarebefordrat brev|videresendt besked|"
        "videresendt meddelelse|videresendt melding|videresendt e-post|välitetty viesti|wiadomość przekazana|"
        "treść przekazanej wiadomości|przekazana wiadomość|přeposlaná zpráva|preposlaná správa|"
        "továbbított üzenet|továbbított levél|mesaj redirecționat|mesaj redirecţionat|iletilen mesaj|"
        "iletilmiş mesaj|пересылаемое сообщение|пересланное сообщение|переслане повідомлення|προωθημένο μήνυμα|"
        "转发的邮件|轉寄郵件|转发邮件信息|転送されたメッセージ|転送メッセージ|전달된 메일|전달된 메시지|"
        "הודעה שהועברה|رسالة محولة|رسالة مُعاد توجيهها"
    ).split("|")
)
"""The line above a forwarded mail, without its dashes."""

ORIGINAL = tuple(
    (
        "original message|original-nachricht|originalnachricht|original mail|original e-mail|original email|"
        "original appointment|originalmeddelande|oprindelig meddelelse|opprinnelig melding|original melding|"
        "ursprüngliche nachricht|ursprüngliche e-mail|ursprünglicher termin|message d'origine|message original|"
        "message initial|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|"
        "origineel bericht|ursprungligt meddelande|ursprungligt mejl|alkuperäinen viesti|wiadomość oryginalna|"
        "oryginalna wiadomość|původní zpráva|původní e-mail|pôvodná správa|eredeti üzenet|mesaj original|"
        "mesajul original|orijinal mesaj|özgün ileti|исходное сообщение|оригинальное сообщение|"
        "вихідне повідомлення|αρχικό μήνυμα|оригинално съобщение|izvorna poruka|原始邮件|原始郵件|邮件原件|"
        "元のメッセージ|원본 메시지|הודעה מקורית|الرسالة الأصلية|thư gốc|pesan asli"
    ).split("|")
)
"""The line above the mail that is answered, without its dashes."""

FROM = tuple(
    (
        "from|von|de|da|van|från|fra|od|lähettäjä|nadawca|odesílatel|odosielateľ|feladó|expéditeur|mittente|"
        "remitente|afzender|avsender|avsändare|отправитель|от|від|відправник|kimden|gönderen|差出人|发件人|"
        "寄件者|보낸사람|από|מאת|من|từ|dari|din|saatja|no|nuo"
    ).split("|")
)
"""Names of the fields above a quoted mail: who wrote it."""

DATE = tuple(
    (
        "sent|date|gesendet|datum|envoyé|enviado|fecha|inviato|data|verzonden|skickat|sendt|dato|wysłano|"
        "odesláno|dátum|lähetetty|päivämäärä|отправлено|дата|надіслано|надісланий|gönderildi|gönderilme|tarih|"
        "送信日時|日付|日期|发送时间|寄件日期|時間|时间|보낸날짜|날짜|küldve|trimis|στάλθηκε|ημερομηνία|נשלח|"
        "תאריך|تاريخ|تم|ngày|dikirim|tanggal|odoslané|poslano|saadetud|изпратено|d'envoi|sendedatum|skickades|đã"
    ).split("|")
)
"""When it was written; of names of two words, the first."""

TO = tuple(
    (
        "to|an|à|a|para|per|aan|till|til|vastaanottaja|do|dla|komu|címzett|către|catre|kime|alıcı|кому|до|προς|"
        "宛先|收件人|받는사람|אל|إلى|đến|kepada|za|destinataire|destinatario|destinatário|pre|prima|kam|adresát|"
        "empfänger"
    ).split("|")
)
"""Who it was written to."""

SUBJECT = tuple(
    (
        "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|ämne|emne|aihe|temat|předmět|predmet|tárgy|"
        "subiect|konu|тема|θέμα|относно|主题|主旨|主題|件名|제목|נושא|الموضوع|موضوع|chủđề|perihal|subjek|teema|"
        "tēma|sujet|betr|re"
    ).split("|")
)
"""What it is about."""

COPY = tuple(
    (
        "cc|kopie|copie|copia|kopia|kopi|kopio|dw|másolat|bilgi|копия|копія|κοιν|抄送|副本|참조|bcc|reply-to|"
        "organization"
    ).split("|")
)
"""Fields that may stand between those."""

DEVICE = tuple(
    (
        "sent from my |sent from mail for windows|sent from outlook|sent from yahoo|sent from proton|"
        "sent with proton|sent via |get outlook for |get bluemail for|von meinem |von unterwegs gesendet|"
        "gesendet von |gesendet mit |diese nachricht wurde von meinem |holen sie sich outlook|outlook für |"
        "envoyé de mon |envoyé depuis |envoyé à partir de |télécharger outlook|enviado desde mi |enviado desde |"
        "enviado do meu |enviado a partir d|enviado de mi |obtener outlook|obter o outlook|inviato da |"
        "inviata dal |ottieni outlook|verstuurd vanaf |verzonden vanaf |verstuurd van |outlook voor |"
        "skickat från |sendt fra |lähetetty iphonesta|lähetetty laitteesta|wysłane z |wysłano z |odesláno z |"
        "odoslané z |iphone-omról|trimis de pe |iphone'umdan gönderildi|отправлено с |отправлено из |"
        "надіслано з |στάλθηκε από |发自我的|從我的|iphoneから送信|나의 iphone에서|נשלח מה|أرسلت من|đã gửi từ |"
        "dikirim dari "
    ).split("|")
)
"""How the one line begins that programs on phones put at the end."""
