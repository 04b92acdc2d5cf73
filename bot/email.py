"""How a mailbox is connected: its address, from which servers are proposed, then who lets us in."""

from bot.connecting import Guide, Input, Key
from core.show import text

ADDRESS = "EMAIL_ADDRESS"
IMAP, SMTP, USER, PASSWORD = "EMAIL_IMAP_URL", "EMAIL_SMTP_URL", "EMAIL_USER", "EMAIL_PASSWORD"
SINCE = "EMAIL_SINCE"
AUTH_URL, TOKEN_URL, DEVICE_URL = "EMAIL_OAUTH_AUTH_URL", "EMAIL_OAUTH_TOKEN_URL", "EMAIL_OAUTH_DEVICE_URL"
CLIENT_ID, CLIENT_SECRET = "EMAIL_OAUTH_CLIENT_ID", "EMAIL_OAUTH_CLIENT_SECRET"
SECRET_UNTIL = "EMAIL_OAUTH_SECRET_UNTIL"
REFRESH_TOKEN, SCOPE = "EMAIL_OAUTH_REFRESH_TOKEN", "EMAIL_OAUTH_SCOPE"

GUIDE = Guide(
    name="email",
    title=text("E-mail"),
    before=(
        text("Have a mailbox that only the desk reads, such as support@shop.example; colleagues may look into it."),
        text("At Gmail, Yahoo, iCloud and others, make an app password first: the usual password is refused there."),
    ),
    keys=(
        Key(
            ADDRESS, text("The address customers write to."), looks_like=r"[^@\s]+@[^@\s]+\.[^@\s]+",
            is_secret=False, label=text("Address"),
        ),
        Key(
            "EMAIL_FROM_NAME", text("The name customers see beside the address, such as your shop's."),
            is_optional=True, is_secret=False, label=text("Name"),
        ),
        Key(
            IMAP, text("The server mails are read from, such as imaps://imap.example.com"),
            looks_like=r"imaps?://[^/\s@?]+(/[^\s?]*)?(\?\S*)?", is_optional=True, is_secret=False,
            label=text("Mail comes from"),
        ),
        Key(
            SMTP, text("The server mails go out by, such as smtp://mail.example.com:587 or smtps://mail.example.com"),
            looks_like=r"smtps?://[^/\s@?]+/?(\?\S*)?", is_optional=True, is_secret=False, label=text("Mail goes by"),
        ),
        Key(
            USER, text("The user of both servers. Left empty, it is the address."),
            is_optional=True, is_secret=False, label=text("User"),
        ),
        Key(
            PASSWORD, text("The mailbox's password, or its app password where the provider makes such."),
            is_optional=True, label=text("Password"),
        ),
        Key(
            SINCE,
            text(
                "The desk begins with mails that come from now on. With a day here, older ones since then are taken in "
                "once, as history: nobody is called for them, and nobody is answered."
            ),
            looks_like=r"\d{4}-\d\d-\d\d", is_optional=True, is_secret=False, label=text("Older mails since"),
            is_rare=True, input=Input.DAY,
        ),
        Key(
            "EMAIL_SENT_FOLDER", text("The folder of sent mails, where the server does not mark one."),
            is_optional=True, is_secret=False, label=text("Folder of sent mails"), is_rare=True,
        ),
        Key(
            "EMAIL_MARK_SEEN", text("Mark mails as read in the mailbox once the desk has them."),
            is_optional=True, is_secret=False, label=text("Mark as read"), is_rare=True, input=Input.YES,
        ),
        Key(
            "EMAIL_PLUS", text("Mails to support+anything@ come to this mailbox, too (plus addresses)."),
            is_optional=True, is_secret=False, label=text("Plus addresses"), is_rare=True, input=Input.YES,
        ),
        Key(
            "EMAIL_TRUSTED_SERVERS",
            text("The names of your own mail servers, whose findings about a sender are believed; with commas."),
            is_optional=True, is_secret=False, label=text("Trusted servers"), is_rare=True,
        ),
        Key(
            AUTH_URL, text("Where the mailbox's owner signs in, at providers that take no password."),
            looks_like=r"https?://\S+", is_optional=True, is_secret=False, label=text("OAuth sign-in address"),
            is_rare=True,
        ),
        Key(
            DEVICE_URL, text("Where a code for signing in on another device comes from."),
            looks_like=r"https?://\S+", is_optional=True, is_secret=False, label=text("OAuth device address"),
            is_rare=True,
        ),
        Key(
            TOKEN_URL, text("Where access tokens are fetched, at providers that take no password."),
            looks_like=r"https?://\S+", is_optional=True, is_secret=False, label=text("OAuth token address"),
            is_rare=True,
        ),
        Key(
            CLIENT_ID, text("The id the provider gave this desk."),
            is_optional=True, is_secret=False, label=text("OAuth client id"), is_rare=True,
        ),
        Key(
            CLIENT_SECRET, text("The secret that goes with it, where there is one."),
            is_optional=True, label=text("OAuth client secret"), is_rare=True,
        ),
        Key(
            SECRET_UNTIL, text("The day on which that secret expires: admins are told two weeks before."),
            looks_like=r"\d{4}-\d\d-\d\d", is_optional=True, is_secret=False, label=text("The secret expires on"),
            is_rare=True, input=Input.DAY,
        ),
        Key(
            REFRESH_TOKEN, text("The token with which the mailbox's owner let the desk in."),
            is_optional=True, label=text("OAuth refresh token"), is_rare=True,
        ),
        Key(
            SCOPE, text("What is asked for, where the provider wants it said."),
            is_optional=True, is_secret=False, label=text("OAuth scope"), is_rare=True,
        ),
    ),
    after=(
        text("Start the desk: deskbell run"),
        text("Write a mail to the address from another one: it becomes a ticket."),
    ),
)  # fmt: skip
