"""What updates say to the desk: a table of them, the odd ones named for their oddity."""

from typing import Any

import pytest
from telegram import Bot, Update

from connectors.telegram.addresses import Me
from connectors.telegram.inbound import Heard, Unknown, grouped, read
from core.connector import Barred, Chose, Edited, Met, Reacted, Said, Wish, Wished

ME = Me(99, "shop_bot")
BOT = Bot("99:token")
ANA: dict[str, Any] = {"id": 5, "is_bot": False, "first_name": "Ana", "last_name": "P", "language_code": "de"}
HOME: dict[str, Any] = {"id": 5, "type": "private", "first_name": "Ana"}
CLUB: dict[str, Any] = {"id": -7, "type": "supergroup", "title": "Club", "is_forum": True}
US: dict[str, Any] = {"id": 99, "is_bot": True, "first_name": "Shop", "username": "shop_bot"}


def message(**said: Any) -> dict[str, Any]:
    """A message of Ana's, in private unless said otherwise."""
    return {"message_id": 10, "date": 1_700_000_000, "chat": HOME, "from": ANA} | said


def heard(kind: str, content: dict[str, Any]) -> list[Heard]:
    """What an update says."""
    return read(Update.de_json({"update_id": 1, kind: content}, BOT), ME)


OURS = message(message_id=3, text="?", chat=CLUB, **{"from": US})
TOPIC = message(message_id=2, chat=CLUB, forum_topic_created={"name": "Lamps", "icon_color": 1}, **{"from": US})
NOTHING = {
    "our own": message(text="x", **{"from": US}),
    "a channel's": message(text="x", chat={"id": -9, "type": "channel", "title": "News"}),
    "a join": message(chat=CLUB, new_chat_members=[ANA]),
    "among themselves": message(chat=CLUB, text="hello all"),
    "a namesake": message(chat=CLUB, text="@shop_bot2 hello"),
    "another bot's command": message(chat=CLUB, text="/new@other_bot"),
    "first words in a topic": message(chat=CLUB, text="hi", reply_to_message=TOPIC, is_topic_message=True),
    "a place that moves": message(location={"latitude": 1.0, "longitude": 2.0}, edit_date=1_700_000_009),
}


@pytest.mark.parametrize("oddity", NOTHING)
def test_what_is_not_for_us_says_nothing(oddity: str) -> None:
    kind = "edited_message" if "edit_date" in NOTHING[oddity] else "message"
    assert grouped(heard(kind, NOTHING[oddity])) == []


PHOTO = {"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}
HIDDEN = {"type": "hidden_user", "date": 1, "sender_user_name": "Udo"}
TEXTS = {
    "in private": (message(text="hello"), "hello"),
    "with a caption": (message(caption="look", photo=[PHOTO]), "look"),
    "a mention at the beginning": (message(chat=CLUB, text="@Shop_Bot, hello"), "hello"),
    "a mention in the middle": (message(chat=CLUB, text="hey @shop_bot"), "hey @shop_bot"),
    "an answer to us": (message(chat=CLUB, text="yes", reply_to_message=OURS), "yes"),
    "a new matter with words": (message(text="/new\nMy lamp"), "My lamp"),
    "an unknown command": (message(text="/refund now"), "/refund now"),
    "dice": (message(dice={"emoji": "🎲", "value": 4}), "🎲 4"),
    "passed on": (message(text="see", forward_origin=HIDDEN), "↪ Udo\nsee"),
    "a venue": (message(venue={"location": {"latitude": 1.0, "longitude": 2.0}, "title": "Shop", "address": "A 1"}),
                "📍 Shop, A 1\nhttps://www.openstreetmap.org/?mlat=1.000000&mlon=2.000000#map=17/1.000000/2.000000"),
}  # fmt: skip


@pytest.mark.parametrize("oddity", TEXTS)
def test_words_are_read_as_they_were_meant(oddity: str) -> None:
    said, words = TEXTS[oddity]
    (found,) = grouped(heard("message", said))
    assert isinstance(found.inbound, Said)
    assert found.inbound.text == words


def test_a_member_of_a_group_is_known_there_and_as_a_person() -> None:
    said = message(chat=CLUB, text="@shop_bot hi", is_topic_message=True, message_thread_id=2)
    (found,) = heard("message", said)
    assert isinstance(found.inbound, Said)
    sender = found.inbound.sender
    assert (sender.kind, sender.address, sender.person) == ("telegram-group", "-7:5:2", "telegram:5")
    assert (sender.name, sender.language, found.inbound.audience) == ("Ana P", "de", "Club")


WISHES = {"/start spring": (Wish.START, "spring"), "/STATUS": (Wish.STATUS, ""), "/end@shop_bot": (Wish.END, ""),
          "/new": (Wish.NEW, ""), "/language  Deutsch": (Wish.LANGUAGE, "Deutsch")}  # fmt: skip


@pytest.mark.parametrize("typed", WISHES)
def test_commands_are_wishes(typed: str) -> None:
    (found,) = heard("message", message(text=typed))
    assert isinstance(found.inbound, Wished)
    assert (found.inbound.wish, found.inbound.words) == WISHES[typed]


def test_an_edit_says_what_it_changes_and_what_it_would_be_by_itself() -> None:
    (found,) = heard("edited_message", message(text="new", edit_date=1_700_000_009))
    assert isinstance(found.inbound, Edited)
    assert found.inbound.of == "5:10"
    assert found.instead is not None
    assert (found.instead.key, found.instead.text) == ("5:10", "new")


def test_a_reaction_only_telegram_has_is_a_star_and_none_takes_it_away() -> None:
    about = {"chat": HOME, "message_id": 3, "user": ANA, "date": 1, "old_reaction": []}
    star = {"new_reaction": [{"type": "custom_emoji", "custom_emoji_id": "1"}]}
    found = [heard("message_reaction", about | more)[0].inbound for more in (star, {"new_reaction": []})]
    assert [each.emoji for each in found if isinstance(each, Reacted)] == ["⭐", ""]


def test_blocks_and_new_groups_are_told_apart() -> None:
    def changed(chat: dict[str, Any], status: str) -> object:
        was = {"status": "left", "user": US}
        now = {"status": status, "user": US} | ({"until_date": 0} if status == "kicked" else {})
        content = {"chat": chat, "from": ANA, "date": 1, "old_chat_member": was, "new_chat_member": now}
        return next((each.inbound for each in heard("my_chat_member", content)), None)

    assert isinstance(blocked := changed(HOME, "kicked"), Barred)
    assert blocked.barred
    assert isinstance(met := changed(CLUB, "member"), Met)
    assert (met.group, met.title) == ("-7", "Club")
    assert changed({"id": -9, "type": "channel", "title": "News"}, "member") is None


def test_a_pressed_button_says_which() -> None:
    content = {"id": "77", "from": ANA, "chat_instance": "1", "data": "rate:1:5", "message": message(text="?")}
    (found,) = heard("callback_query", content)
    assert isinstance(found.inbound, Chose)
    assert (found.inbound.choice, found.inbound.of, found.query) == ("rate:1:5", "5:10", "77")


def test_what_a_person_sends_that_nobody_knows_is_no_silence() -> None:
    with pytest.raises(Unknown, match="hologram"):
        heard("message", message(hologram={"file_id": "X"}))


def test_albums_come_together_even_when_others_write_in_between() -> None:
    def part(number: int, caption: str = "") -> list[Heard]:
        photo = [{"file_id": str(number), "file_unique_id": str(number), "width": 1, "height": 1}]
        return heard("message", message(message_id=number, media_group_id="g", photo=photo, caption=caption))

    ben = heard("message", message(message_id=12, text="hi", chat=HOME | {"id": 6}, **{"from": ANA | {"id": 6}}))
    album, other = grouped([*part(11, "two"), *ben, *part(13)])
    assert isinstance(album.inbound, Said)
    assert (album.inbound.key, album.inbound.more_keys, album.inbound.text) == ("5:11", ("5:13",), "two")
    assert [ref.id for ref in album.files] == ["11", "13"]
    assert isinstance(other.inbound, Said)
    assert other.inbound.text == "hi"
