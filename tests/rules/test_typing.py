"""Who is typing, and for how long that is remembered."""

from core.bus import Bus
from core.typing import LASTS_S, Typing, Typist

ANA = Typist("customer", "")


def test_who_never_says_that_they_stopped_is_forgotten() -> None:
    typing = Typing(Bus(), lambda topics: None)
    for dialog in range(100):
        typing.note(dialog, ANA, on=True, now_s=0.0)
    typing.note(100, ANA, on=True, now_s=LASTS_S)
    assert list(typing._until) == [100]
    assert typing.in_dialog(99, besides="", now_s=LASTS_S) == []
    assert typing.in_dialog(100, besides="", now_s=LASTS_S) == [ANA]
