"""Albums come in parts: what may lack some waits, and nobody else does."""

from typing import Any

from connectors.telegram.albums import ALBUM_S, Albums

ANA, BEN = 1, 2


def said(number: int, by: int, album: str = "") -> dict[str, Any]:
    """An update with a message."""
    message = {"from": {"id": by}, "chat": {"id": by}, "media_group_id": album}
    return {"update_id": number, "message": message}


def numbers(found: list[dict[str, Any]]) -> list[int]:
    return [update["update_id"] for update in found]


def test_an_album_waits_until_no_part_has_come_for_a_while() -> None:
    albums, first, second = Albums(), said(1, ANA, "a"), said(2, ANA, "a")
    assert albums.whole([first], 0.0) == []
    assert albums.whole([first, second], ALBUM_S * 0.9) == []
    assert albums.whole([first, second], ALBUM_S * 1.8) == []
    assert numbers(albums.whole([first, second], ALBUM_S * 2)) == [1, 2]


def test_what_its_writer_says_behind_it_waits_too_and_what_others_say_does_not() -> None:
    albums = Albums()
    updates = [said(1, ANA), said(2, ANA, "a"), said(3, BEN), said(4, ANA), said(5, BEN, "b"), said(6, ANA, "a")]
    assert numbers(albums.whole(updates, 0.0)) == [1, 3]
    assert numbers(albums.whole(updates, ALBUM_S)) == [1, 2, 3, 4, 5, 6]


def test_what_is_out_of_shape_holds_nobody_up() -> None:
    strange: list[dict[str, Any]] = [
        {"update_id": 1},
        {"update_id": 2, "message": None},
        {"update_id": 3, "message": {"from": [], "chat": {"id": {}}}},
    ]
    assert Albums().whole(strange, 0.0) == strange
