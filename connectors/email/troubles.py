"""What goes wrong with mail servers, in words an admin understands; all of it passes or is put right."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from imaplib import IMAP4

from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError

from core.errors import TemporaryError
from core.show import Text, text

_LATER = timedelta(minutes=5)
"""A refused password is not tried again at once: servers shut out who does."""


class MailTrouble(TemporaryError):
    """Trouble with a mail server; `setting` is the one to look at."""

    def __init__(self, said: Text, setting: str, *, retry_after: timedelta = timedelta(seconds=1)) -> None:
        super().__init__(said, retry_after=retry_after)
        self.setting = setting


class ImapAway(MailTrouble):
    """The mailbox cannot be reached, or the connection broke."""

    def __init__(self, why: str) -> None:
        super().__init__(text("The mailbox cannot be reached ({why}).", why=why), "EMAIL_IMAP_URL")


class ImapUnsafe(MailTrouble):
    """The server's certificate is not its own, or it does not encrypt."""

    def __init__(self) -> None:
        said = text("The connection to the mailbox cannot be made safe: its certificate or encryption is wrong.")
        super().__init__(said, "EMAIL_IMAP_URL", retry_after=_LATER)


class ImapRefused(MailTrouble):
    """The server does not let us in."""

    def __init__(self, *, by_token: bool) -> None:
        said = (
            text("The mailbox does not take the access token: connect it anew at its provider.")
            if by_token
            else text("The mailbox does not take user and password.")
        )
        super().__init__(said, "EMAIL_OAUTH_REFRESH_TOKEN" if by_token else "EMAIL_PASSWORD", retry_after=_LATER)


class NoSuchFolder(MailTrouble):
    """The mailbox has no folder of this name."""

    def __init__(self, folder: str) -> None:
        said = text("The mailbox has no folder {folder}.", folder=folder)
        super().__init__(said, "EMAIL_IMAP_URL", retry_after=_LATER)


class NotGiven(MailTrouble):
    """The server does not give a mail it says it has."""

    def __init__(self, uid: int) -> None:
        super().__init__(text("The mail server cannot give a mail (UID {uid}).", uid=uid), "EMAIL_IMAP_URL")
        self.uid = uid


class TokenRefused(MailTrouble):
    """The provider gives no access token any more."""

    def __init__(self, why: str) -> None:
        said, setting = _TOLD.get(why, (text("The mail provider gives no access token ({why}).", why=why), _TOKEN))
        super().__init__(said, setting, retry_after=_LATER)


class TokensAway(MailTrouble):
    """The provider cannot be asked for a token now."""

    def __init__(self, why: str) -> None:
        said = text("The mail provider cannot be asked for an access token ({why}).", why=why)
        super().__init__(said, "EMAIL_OAUTH_TOKEN_URL", retry_after=timedelta(seconds=10))


class TokensUnsafe(MailTrouble):
    """The provider would be told our secrets where others can read them."""

    def __init__(self) -> None:
        said = text("The address of access tokens has to begin with https://: the desk's secret is sent there.")
        super().__init__(said, "EMAIL_OAUTH_TOKEN_URL", retry_after=_LATER)


_TOKEN = "EMAIL_OAUTH_REFRESH_TOKEN"
_TOLD = {
    "invalid_grant": (
        text("The mail provider no longer lets this desk in: sign in there again, and set the new refresh token."),
        _TOKEN,
    ),
    "invalid_client": (text("The mail provider does not know this client id and secret."), "EMAIL_OAUTH_CLIENT_ID"),
    "invalid_scope": (text("The mail provider does not know this scope."), "EMAIL_OAUTH_SCOPE"),
}


@contextmanager
def asking(*, by_token: bool = False) -> Iterator[None]:
    """Says in our words what an IMAP server or the library fails by: a lost link raises almost anything."""
    try:
        yield
    except MailTrouble:
        raise
    except MailboxLoginError:
        raise ImapRefused(by_token=by_token) from None
    except MailboxFolderSelectError:
        raise ImapAway("SELECT") from None
    except ssl.SSLCertVerificationError:
        raise ImapUnsafe from None
    except IMAP4.abort:
        raise ImapAway("connection lost") from None
    except Exception as error:
        raise ImapAway(type(error).__name__) from error
