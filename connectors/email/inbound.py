"""What a mail says to the desk: its writer, their own words, what it answers, what came back. Pure."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connectors.email import authority, forwards, kinds, spam
from connectors.email.addresses import Address
from connectors.email.authority import Standing
from connectors.email.forwards import Original
from connectors.email.kinds import Kind
from connectors.email.parts import Kind as FileKind
from connectors.email.proof import Proof
from connectors.email.quotes import Kind as Piece
from connectors.email.reading import Mail
from connectors.email.writer import writer
from core import files
from core.connector import Answered, Bounced, Letter, Said, Sender
from core.show import Text, text

KIND = "email"
MOST_HOPS = 50
_NO_WORDS = "(no text)"
_MOST_COPIED = 50
_NUMBER = re.compile(r"\[#(\d{1,12})\]")
_FORWARD = re.compile(r"\s*@(?:fwd|forward)\b[^\n]*\n?", re.IGNORECASE)
_FILES = {
    FileKind.TNEF: text("Its files are packed in {name}, as only Outlook does."),
    FileKind.ENCRYPTED: text("It is encrypted ({name}): open its file with the program its key lies in."),
    FileKind.SIGNED: text("Its words lie inside a signature ({name})."),
}
_WHO = {
    Kind.AUTO: text("A machine wrote this: it opens nothing and gets no answer by itself. {why}"),
    Kind.BOUNCE: text("A mail server wrote this: it opens nothing and gets no answer by itself. {why}"),
    Kind.LIST: text("This came by a mailing list: it opens nothing and gets no answer by itself. {why}"),
    Kind.REPORT: text("This is a report: it opens nothing and gets no answer by itself. {why}"),
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file of a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Box:
    """The mailbox a mail came to, as far as reading it goes."""

    address: str
    proof: Proof
    trusted: Collection[str] = ()
    """The names of our own mail servers, whose findings on senders are believed."""

    @property
    def domain(self) -> str:
        """What stands behind its @."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Came:
    """How a mail came: when, and what the desk knows of it beforehand."""

    now: datetime
    is_history: bool = False
    is_from_agent: bool = False
    """Whether its sender's address is an agent's: they may pass mails on."""

    def at(self, mail: Mail) -> datetime:
        """When it was written; its date is believed only as far as it is not in the future."""
        at = min(mail.date, self.now) if mail.date is not None else self.now
        return at.astimezone(UTC)


def is_loop(mail: Mail, box: Box) -> bool:
    """Whether it has come round: we have sent it by machine, or too many servers have passed it on."""
    return mail.hops > MOST_HOPS or box.proof.instance in mail.loop_marks


def bounced(mail: Mail, box: Box, came: Came) -> Bounced | None:
    """What did not arrive, where the mail says so."""
    found = mail.bounce
    if found is None or mail.kind is not Kind.BOUNCE:
        return None
    why = found.why or found.status or mail.subject
    lost = tuple(each.lower() for each in found.recipients)
    ours = tuple(box.proof.deliveries((found.original_id, *mail.in_reply_to)))
    return Bounced(
        mail.message_id, found.original_id, why, came.at(mail), lost, found.is_permanent, ours, _ticket(mail, box)
    )  # fmt: skip


def said(mail: Mail, box: Box, came: Came) -> Said:
    """A mail as something said; one an agent passes on (`@fwd`) is said by who wrote it first."""
    is_believed = came.is_from_agent and _standing(mail, box) is Standing.PROVEN
    passed_on = _passed_on(mail) if is_believed else None
    if passed_on is not None:
        return _forwarded(mail, box, came, passed_on)
    own = mail.folded.own.strip()
    rest = mail.folded.rest if own else ""
    return Said(
        mail.message_id, _sender(_writer(mail, box), mail.language), own or mail.text.strip() or _NO_WORDS,
        came.at(mail), letter=_letter(mail, box, came, rest),
    )  # fmt: skip


def answered(mail: Mail, box: Box, came: Came) -> Answered:
    """A mail one of us has sent by a program of their own."""
    own = mail.folded.own.strip()
    return Answered(
        mail.message_id, _sender(mail.author, ""), own or mail.text.strip() or _NO_WORDS, came.at(mail),
        _letter(mail, box, came, mail.folded.rest if own else ""),
    )  # fmt: skip


def _sender(who: Address, language: str) -> Sender:
    return Sender(KIND, who.address.lower()[:254], who.name[:120], language=language)


def _letter(mail: Mail, box: Box, came: Came, rest: str) -> Letter:
    answers = (*mail.in_reply_to, *reversed(mail.references))
    named = _NUMBER.search(mail.subject)
    return Letter(
        mail.subject, tuple(dict.fromkeys(answers)), mail.kind is not Kind.HUMAN, tuple(_notes(mail, box)), rest,
        copied=tuple(_copied(mail, box)), deliveries=tuple(box.proof.deliveries(answers)), ticket=_ticket(mail, box),
        named=None if named is None else int(named[1]),
        is_doubtful=_is_doubtful(mail, box), is_proven=_standing(mail, box) is Standing.PROVEN,
        is_spam=spam.is_spam(mail.spam) is True, is_history=came.is_history,
    )  # fmt: skip


def _ticket(mail: Mail, box: Box) -> int | None:
    to = (each.address for each in (*mail.delivered_to, *mail.to, *mail.cc))
    return box.proof.ticket_of(to, box.address)


def _standing(mail: Mail, box: Box) -> Standing:
    """How well it is known that it is from whom it says; of who filled in a form nothing is."""
    if _writer(mail, box).address != mail.author.address:
        return Standing.UNKNOWN
    return authority.standing(mail.headers, mail.author.domain, box.trusted)


def _is_doubtful(mail: Mail, box: Box) -> bool:
    """Whether what it names is not believed: nothing proves its writer where something should, or a form names them."""
    if _writer(mail, box).address != mail.author.address:
        return True
    return bool(box.trusted) and _standing(mail, box) is not Standing.PROVEN


def _writer(mail: Mail, box: Box) -> Address:
    return writer(mail, (box.domain,))


def _copied(mail: Mail, box: Box) -> Iterator[Sender]:
    """Who else got it, but for addresses nobody reads; our own are known to the desk."""
    found = {each.address.lower(): each for each in (*mail.to, *mail.cc) if "@" in each.address}
    for address, who in list(found.items())[:_MOST_COPIED]:
        local, _, domain = address.rpartition("@")
        is_own = f"{local.partition('+')[0]}@{domain}" == box.address
        if not is_own and address != mail.author.address.lower() and not kinds.is_no_reply(address):
            yield replace(_sender(who, ""), is_verified=False)


def _notes(mail: Mail, box: Box) -> Iterator[Text]:
    if box.trusted and _standing(mail, box) is not Standing.PROVEN and _writer(mail, box) == mail.author:
        yield text("Your mail server found no proof that it is from this sender.")
    if mail.unreadable is not None:
        yield mail.unreadable
    if mail.kind is not Kind.HUMAN:
        yield text(_WHO[mail.kind].id, why=mail.verdict.reason)
    if is_passed_on(mail):
        yield text("It begins with @fwd: an agent's address and a proof of it were needed to pass it on.")
    yield from _of_files(mail)


def _of_files(mail: Mail) -> Iterator[Text]:
    for each in mail.attachments:
        if each.kind in _FILES:
            yield text(_FILES[each.kind].id, name=each.name)
    yield from mail.notes


def is_passed_on(mail: Mail) -> bool:
    """Whether its first line says that its sender only passes it on: only an agent's is believed."""
    return _FORWARD.match(mail.folded.own) is not None


def _passed_on(mail: Mail) -> Original | None:
    """Who wrote first what an agent passes on with `@fwd` as its first line."""
    original = mail.folded.original or forwards.original(mail.folded.rest)  # Outlook's plain text is as in an answer
    return original if is_passed_on(mail) and original is not None and "@" in original.address else None


def _forwarded(mail: Mail, box: Box, came: Came, original: Original) -> Said:
    remark = _FORWARD.sub("", mail.folded.own, count=1).strip()
    passed_on = "".join(each.text for each in mail.folded.pieces if each.kind is Piece.FORWARDED)
    words = (passed_on or mail.folded.rest).strip()
    letter = Letter(
        original.subject or mail.subject, notes=tuple(_of_files(mail)), forwarder=mail.author.address.lower(),
        remark=remark,
    )  # fmt: skip
    who = Address(original.name, original.address)
    return Said(
        mail.message_id, _sender(who, mail.language), words or _NO_WORDS, came.at(mail), letter=letter,
    )  # fmt: skip


def parcels(mail: Mail, raw: bytes) -> list[Parcel]:
    """The files of a mail, and the mail itself as it came."""
    found = [Parcel(one.name, one.content()) for one in mail.attachments]
    return [*found, Parcel(files.ORIGINAL, raw)]
