"""Answers as mail programs write them: what stands between the writer's words and the mail they answer, by language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """How a program in a language introduces what it quotes."""

    program: str
    language: str
    above: str
    is_prefixed: bool = True
    """The quoted lines begin with >; otherwise all to the end is quoted."""

    def answer(self, own: str = "Thank you, that works.") -> str:
        """A whole answer above a quoted mail."""
        quoted = "Dear Jane,\nplease try again.\nYours, Bob"
        prefixed = "\n".join(f"> {line}" for line in quoted.split("\n"))
        return f"{own}\n\n{self.above}\n\n{prefixed if self.is_prefixed else quoted}\n"


GMAIL = (
    ("en", "On Mon, Jan 1, 2024 at 10:00 AM Jane Doe <jane@shop.example> wrote:"),
    ("en", "On Mon, Jan 1, 2024 at 10:00 AM Jane Doe <jane@shop.example>\nwrote:"),
    ("de", "Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Jane Doe <jane@shop.example>:"),
    ("de", "Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Jane Doe <\njane@shop.example>:"),
    ("fr", "Le lun. 1 janv. 2024 à 10:00, Jane Doe <jane@shop.example> a écrit :"),
    ("es", "El lun, 1 ene 2024 a las 10:00, Jane Doe (<jane@shop.example>) escribió:"),
    ("it", "Il giorno lun 1 gen 2024 alle ore 10:00 Jane Doe <jane@shop.example> ha\nscritto:"),
    ("pt", "Em seg., 1 de jan. de 2024 às 10:00, Jane Doe <jane@shop.example>\nescreveu:"),
    ("nl", "Op ma 1 jan 2024 om 10:00 schreef Jane Doe <jane@shop.example>:"),
    ("pl", "pon., 1 sty 2024 o 10:00 Jane Doe <jane@shop.example> napisał(a):"),
    ("sv", "Den mån 1 jan. 2024 kl 10:00 skrev Jane Doe <jane@shop.example>:"),
    ("da", "Den man. 1. jan. 2024 kl. 10.00 skrev Jane Doe <jane@shop.example>:"),
    ("no", "man. 1. jan. 2024 kl. 10:00 skrev Jane Doe <jane@shop.example>:"),
    ("fi", "ma 1. tammik. 2024 klo 10.00 Jane Doe (jane@shop.example) kirjoitti:"),
    ("cs", "po 1. 1. 2024 v 10:00 odesílatel Jane Doe <jane@shop.example> napsal:"),
    ("hu", "Jane Doe <jane@shop.example> ezt írta (időpont: 2024. jan. 1., H, 10:00):"),
    ("ro", "În lun., 1 ian. 2024 la 10:00, Jane Doe <jane@shop.example> a scris:"),
    ("tr", "Jane Doe <jane@shop.example>, 1 Oca 2024 Pzt, 10:00 tarihinde şunu yazdı:"),
    ("ru", "пн, 1 янв. 2024 г. в 10:00, Jane Doe <jane@shop.example>:"),
    ("uk", "пн, 1 січ. 2024 р. о 10:00 Jane Doe <jane@shop.example> пише:"),
    ("el", "Στις Δευ 1 Ιαν 2024 στις 10:00 π.μ., ο χρήστης Jane Doe <jane@shop.example> έγραψε:"),
    ("ja", "2024年1月1日(月) 10:00 Jane Doe <jane@shop.example>:"),
    ("zh", "Jane Doe <jane@shop.example> 于2024年1月1日周一 10:00写道："),
    ("ko", "2024년 1월 1일 (월) 오전 10:00, Jane Doe <jane@shop.example>님이 작성:"),
    (
        "he",
        "\u202bבתאריך יום ב׳, 1 בינו׳ 2024 "
        "ב-10:00 מאת \u202aJane Doe\u202c\u200f <\u202ajane@shop.example\u202c\u200f>:\u202c",
    ),
    ("ar", "في الاثنين، 1 يناير 2024 في 10:00 ص تمت كتابة ما يلي بواسطة كتب Jane Doe <jane@shop.example>:"),
    ("vi", "Vào Th 2, 1 thg 1, 2024 vào lúc 10:00 Jane Doe <jane@shop.example> đã viết:"),
    ("id", "Pada Sen, 1 Jan 2024 pukul 10.00 Jane Doe <jane@shop.example> menulis:"),
)
OUTLOOK = (
    ("en", "From", "Sent", "To", "Subject", "Monday, January 1, 2024 10:00 AM"),
    ("de", "Von", "Gesendet", "An", "Betreff", "Montag, 1. Januar 2024 10:00"),
    ("fr", "De", "Envoyé", "À", "Objet", "lundi 1 janvier 2024 10:00"),
    ("es", "De", "Enviado", "Para", "Asunto", "lunes, 1 de enero de 2024 10:00"),
    ("it", "Da", "Inviato", "A", "Oggetto", "lunedì 1 gennaio 2024 10:00"),
    ("pt", "De", "Enviada em", "Para", "Assunto", "segunda-feira, 1 de janeiro de 2024 10:00"),
    ("nl", "Van", "Verzonden", "Aan", "Onderwerp", "maandag 1 januari 2024 10:00"),
    ("pl", "Od", "Wysłano", "Do", "Temat", "poniedziałek, 1 stycznia 2024 10:00"),
    ("sv", "Från", "Skickat", "Till", "Ämne", "den 1 januari 2024 10:00"),
    ("da", "Fra", "Sendt", "Til", "Emne", "1. januar 2024 10:00"),
    ("fi", "Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe", "maanantai 1. tammikuuta 2024 10.00"),
    ("cs", "Od", "Odesláno", "Komu", "Předmět", "pondělí 1. ledna 2024 10:00"),
    ("hu", "Feladó", "Elküldve", "Címzett", "Tárgy", "2024. január 1., hétfő 10:00"),
    ("tr", "Kimden", "Gönderildi", "Kime", "Konu", "1 Ocak 2024 Pazartesi 10:00"),
    ("ru", "От", "Отправлено", "Кому", "Тема", "1 января 2024 г. 10:00"),
    ("ja", "差出人", "送信日時", "宛先", "件名", "2024年1月1日 10:00"),
    ("zh", "发件人", "发送时间", "收件人", "主题", "2024年1月1日 10:00"),
    ("ko", "보낸 사람", "보낸 날짜", "받는 사람", "제목", "2024년 1월 1일 10:00"),
)
ORIGINALS = (
    ("en", "-----Original Message-----"),
    ("de", "-----Ursprüngliche Nachricht-----"),
    ("fr", "-----Message d'origine-----"),
    ("es", "-----Mensaje original-----"),
    ("it", "-----Messaggio originale-----"),
    ("pt", "-----Mensagem original-----"),
    ("nl", "-----Oorspronkelijk bericht-----"),
    ("pl", "-----Wiadomość oryginalna-----"),
    ("sv", "-----Ursprungligt meddelande-----"),
    ("cs", "-----Původní zpráva-----"),
    ("ru", "-----Исходное сообщение-----"),
    ("zh", "-----原始邮件-----"),
)
OTHERS = (
    ("Thunderbird", "en", "On 01.01.24 10:00, Jane Doe wrote:", True),
    ("Thunderbird", "de", "Am 01.01.24 um 10:00 schrieb Jane Doe:", True),
    ("Thunderbird", "fr", "Le 01/01/2024 à 10:00, Jane Doe a écrit :", True),
    ("Thunderbird", "pl", "W dniu 01.01.2024 o 10:00, Jane Doe pisze:", True),
    ("Thunderbird", "ru", "01.01.2024 10:00, Jane Doe пишет:", True),
    ("Apple Mail", "en", "On 1. Jan 2024, at 10:00, Jane Doe <jane@shop.example> wrote:", True),
    ("Apple Mail", "de", "Am 01.01.2024 um 10:00 schrieb Jane Doe <jane@shop.example>:", True),
    ("iPhone", "en", "Sent from my iPhone\n\nOn Jan 1, 2024, at 10:00, Jane Doe <jane@shop.example> wrote:", True),
    ("iPhone", "de", "Von meinem iPhone gesendet\n\nAm 01.01.2024 um 10:00 schrieb Jane Doe:", True),
    ("Yahoo", "en", "On Monday, January 1, 2024 at 10:00:00 AM GMT+1, Jane Doe <jane@shop.example> wrote:", False),
    (
        "Proton",
        "en",
        "------- Original Message -------\nOn Monday, January 1st, 2024 at 10:00, Jane <j@x.example> wrote:",
        True,
    ),
    ("Zoho", "en", "---- On Mon, 01 Jan 2024 10:00:00 +0100 Jane Doe <jane@shop.example> wrote ----", False),
    (
        "Samsung",
        "en",
        "-------- Original message --------\nFrom: Jane Doe <jane@shop.example>\nDate: 1/1/24 10:00",
        False,
    ),
    ("Samsung", "de", "-------- Ursprüngliche Nachricht --------\nVon: Jane Doe <jane@shop.example>", False),
    (
        "GMX",
        "de",
        "Gesendet: Montag, 01. Januar 2024 um 10:00 Uhr\nVon: Jane <j@x.example>\nAn: b@x.example\nBetreff: Hi",
        False,
    ),
    ("Roundcube", "de", "Am 2024-01-01 10:00, schrieb Jane Doe:", True),
    ("Horde", "en", "Quoting Jane Doe <jane@shop.example>:", True),
    ("Horde", "de", "Zitat von Jane Doe <jane@shop.example>:", True),
    ("Mutt", "en", "On Mon, Jan 01, 2024 at 10:00:00AM +0100, Jane Doe wrote:", True),
    ("Gnus", "en", "Jane Doe <jane@shop.example> writes:", True),
    ("K-9", "de", "Am 1. Januar 2024 10:00:00 MEZ schrieb Jane Doe <jane@shop.example>:", True),
    ("Outlook web", "en", "________________________________\nFrom: Jane\nSent: Monday\nTo: Bob\nSubject: Hi", False),
    (
        "Outlook mobile",
        "en",
        "Get Outlook for iOS<https://aka.ms/o0ukef>\n"
        "________________________________\n"
        "From: Jane\n"
        "Sent: x\n"
        "To: B\n"
        "Subject: Hi",
        False,
    ),
    ("Old webmail", "en", "Jane Doe wrote:", True),
    ("Claws", "en", "On Mon, 1 Jan 2024 10:00:00 +0100\nJane Doe <jane@shop.example> wrote:", True),
    ("Evolution", "en", "On Mon, 2024-01-01 at 10:00 +0100, Jane Doe wrote:", True),
)

STYLES = (
    *(Style("Gmail", language, above) for language, above in GMAIL),
    *(
        Style(
            "Outlook", language, f"{who}: Jane Doe <jane@shop.example>\n{when}: {date}\n{to}: Bob\n{what}: Hello", False
        )
        for language, who, when, to, what, date in OUTLOOK
    ),
    *(Style("Outlook Express", language, above, False) for language, above in ORIGINALS),
    *(Style(*one) for one in OTHERS),
)
FORWARDS = (
    (
        "Gmail",
        "---------- Forwarded message ---------\n"
        "From: Jane Doe <jane@shop.example>\n"
        "Date: Mon, 1 Jan 2024 10:00:00 +0000\n"
        "Subject: Hello\n"
        "To: <bob@x.example>",
    ),
    (
        "Gmail",
        "---------- Weitergeleitete Nachricht ---------\n"
        "Von: Jane Doe <jane@shop.example>\n"
        "Date: Mo., 1. Jan. 2024 um 10:00 Uhr\n"
        "Subject: Hello\n"
        "To: <bob@x.example>",
    ),
    (
        "Thunderbird",
        "-------- Forwarded Message --------\n"
        "Subject: \tHello\n"
        "Date: \tMon, 1 Jan 2024 10:00:00 +0000\n"
        "From: \tJane Doe <jane@shop.example>\n"
        "To: \tbob@x.example",
    ),
    (
        "Thunderbird",
        "-------- Weitergeleitete Nachricht --------\n"
        "Betreff: \tHello\n"
        "Datum: \tMon, 1 Jan 2024 10:00:00 +0000\n"
        "Von: \tJane Doe <jane@shop.example>\n"
        "An: \tbob@x.example",
    ),
    (
        "Apple Mail",
        "Begin forwarded message:\n"
        "\n"
        "> From: Jane Doe <jane@shop.example>\n"
        "> Subject: Hello\n"
        "> Date: 1 January 2024 at 10:00:00 CET\n"
        "> To: bob@x.example",
    ),
    (
        "Apple Mail",
        "Anfang der weitergeleiteten Nachricht:\n"
        "\n"
        "> Von: Jane Doe <jane@shop.example>\n"
        "> Betreff: Hello\n"
        "> Datum: 1. Januar 2024 um 10:00:00 MEZ\n"
        "> An: bob@x.example",
    ),
    ("Outlook", "From: Jane Doe <jane@shop.example> \nSent: Monday, January 1, 2024 10:00 AM\nTo: Bob\nSubject: Hello"),
    (
        "Outlook",
        "Von: Jane Doe [mailto:jane@shop.example]\nGesendet: Montag, 1. Januar 2024 10:00\nAn: Bob\nBetreff: Hello",
    ),
    (
        "Yahoo",
        "----- Forwarded Message -----\n"
        "From: Jane Doe <jane@shop.example>\n"
        "To: Bob <bob@x.example>\n"
        "Sent: Monday, January 1, 2024 at 10:00:00 AM GMT+1\n"
        "Subject: Hello",
    ),
    (
        "French",
        "---------- Message transféré ---------\n"
        "De : Jane Doe <jane@shop.example>\n"
        "Date : lun. 1 janv. 2024 à 10:00\n"
        "Objet : Hello\n"
        "À : <bob@x.example>",
    ),
)
