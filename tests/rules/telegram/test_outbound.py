"""What something becomes in Telegram, as a whole and behind what is there already; what an edit does."""

from dataclasses import replace

from connectors.telegram import outbound
from connectors.telegram.markup import Marked
from connectors.telegram.outbound import Change, Files, There, Words
from core.connector import Attached, Outgoing, PublicWords

BILL, LAMP, SHOP = (
    Attached(1, "bill.pdf", "application/pdf", 9, "1"),
    Attached(2, "lamp.png", "image/png", 9, "2"),
    Attached(3, "shop.png", "image/png", 9, "3"),
)
A, B = Marked("a" * 4_096), Marked("b" * 10)
SHORT = Outgoing(
    delivery_id=1, nonce="1", kind="say", address="7", words=PublicWords("short", "Ines"), files=(BILL, LAMP, SHOP)
)
LONG = replace(SHORT, words=PublicWords(A.text + B.text, "Ines"))


def there(outgoing: Outgoing, *ids: str, files: int = 0) -> Outgoing:
    """The same, of which posts of these ids stand already."""
    return replace(outgoing, earlier_ids=ids, earlier_files=files)


def test_words_come_first_then_pictures_together_then_files_one_by_one() -> None:
    assert outbound.posts(LONG) == [Words(A), Words(B), Files((LAMP, SHOP)), Files((BILL,))]
    assert outbound.posts(SHORT) == [Files((LAMP, SHOP), Marked("short")), Files((BILL,))]


def test_what_is_there_already_does_not_come_again_whatever_the_words_are_by_now() -> None:
    assert outbound.posts(there(LONG, "7:1")) == [Words(B), Files((LAMP, SHOP)), Files((BILL,))]
    assert outbound.posts(there(SHORT, "7:1")) == [Files((LAMP, SHOP)), Files((BILL,))]
    assert outbound.posts(there(SHORT, "7:1", "7:2", files=2)) == [Files((BILL,))]
    assert outbound.posts(there(LONG, "7:1", "7:2", files=2)) == [Files((BILL,))]
    assert outbound.posts(there(SHORT, "7:1", "7:2", "7:3", files=3)) == []


def test_an_edit_rewords_what_there_is_and_adds_or_takes_away_the_rest() -> None:
    edit = replace(LONG, kind="edit", files=(BILL,))
    grown = Change(There(("7:1",), ("7:2",)), None, (("7:1", A),), (), (B,))
    assert outbound.change(replace(edit, earlier_ids=("7:1", "7:2"))) == grown
    shrunk = Change(There(("7:1",), ("7:3",)), None, (("7:1", Marked("short")),), ("7:2",), ())
    assert outbound.change(replace(SHORT, files=(BILL,), earlier_ids=("7:1", "7:2", "7:3"))) == shrunk


def test_a_caption_is_changed_while_its_words_fit_else_they_stand_by_themselves() -> None:
    short, long = (there(replace(each, files=(BILL,)), "7:1") for each in (SHORT, LONG))
    bill = There((), ("7:1",))
    assert outbound.change(short) == Change(bill, Marked("short"), (), (), ())
    assert outbound.change(long) == Change(bill, Marked(""), (), (), (A, B))
