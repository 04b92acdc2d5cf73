"""What Slack says, read: events, typed text, command lines, refusals; and how the room is connected."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError

from bot import connections
from bot.commands import COMMANDS
from bot.connecting import fits, keep
from bot.slack import inbound
from bot.slack.connecting import tried
from bot.slack.guide import GUIDE
from bot.slack.inbound import Broken, Came, LookedHome, Removed, Revoked, Shut, Typed
from bot.slack.lines import meant, reads
from bot.slack.manifest import EVENTS, SCOPES, manifest
from bot.slack.pace import Rates
from bot.slack.troubles import AskedToWait, LostThread, MissingScope, ShutChannel, WrongKeys, meaning
from bot.slack.web import Me
from bot.slack.words import Wire
from core.connector import Severity
from core.errors import PermanentError, TemporaryError, UserError
from core.render import Voice
from tests.platforms.fake_slack import App, FakeSlack
from tests.platforms.slack_app import EVENT_SCOPES

ME = Me("T1", "UBOT", "BBOT", "https://acme.slack.com/")
SAID: Wire = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "ts": "9.1", "text": "hi"}
BOTS: Wire = {**SAID, "bot_id": "BBOT", "user": "UBOT"}


def _typed(**more: object) -> Typed:
    found = inbound.read({**SAID, **more}, ME)
    assert isinstance(found, Typed)
    return found


@pytest.mark.parametrize(
    ("event", "means"),
    [
        (BOTS, None),
        ({**SAID, "bot_id": "BOTHER"}, None),
        ({**SAID, "subtype": "channel_join"}, None),
        ({"type": "message"}, Broken("KeyError")),
        ({"type": "member_joined_channel", "channel": "C1", "user": "U2"}, Came("C1", "U2")),
        ({"type": "app_home_opened", "user": "U1", "tab": "home"}, LookedHome("U1")),
        ({"type": "app_home_opened", "user": "U1", "tab": "messages"}, None),
        ({"type": "channel_archive", "channel": "C1"}, Shut("C1", "archived")),
        ({"type": "group_left", "channel": "C1"}, Shut("C1", "left")),
        ({"type": "tokens_revoked"}, Revoked()),
        ({"type": "reaction_added", "user": "UBOT", "item": {"type": "message"}, "reaction": "memo"}, None),
        (
            {**SAID, "subtype": "message_deleted", "deleted_ts": "9.2", "previous_message": {"thread_ts": "9.1"}},
            Removed("C1", "9.1", "9.2", was_ours=False),
        ),
        (
            {**SAID, "subtype": "message_changed", "message": {"subtype": "tombstone", "ts": "9.1", "thread_ts": "9.1"},
             "previous_message": BOTS},
            Removed("C1", "9.1", "9.1", was_ours=True),
        ),
        ({**SAID, "subtype": "message_changed", "message": SAID, "previous_message": SAID}, None),
        ({"type": "what_is_this"}, None),
    ],
)  # fmt: skip
def test_what_an_event_says(event: Wire, means: object) -> None:
    assert inbound.read(event, ME) == means


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["type", "channel", "user", "ts", "text", "message", "subtype", "item", "files", "blocks"]),
            inner,
        )
    ),
)


@given(st.sampled_from([*EVENTS, "message"]), st.dictionaries(st.sampled_from(list(SAID)), json_values))
def test_whatever_an_event_holds_reading_it_fails_never(kind: str, more: Wire) -> None:
    event = {**more, "type": kind.partition(".")[0]}
    inbound.read(event, ME)
    assert all(isinstance(each, str) for each in (inbound.lane(event), inbound.text_of(event), *inbound.spot(event)))


def test_a_changed_line_is_read_as_it_is_now() -> None:
    event = {**SAID, "subtype": "message_changed", "ts": "9.9",
             "message": {**SAID, "text": "bye", "thread_ts": "9.0"}, "previous_message": SAID}  # fmt: skip
    found = inbound.read(event, ME)
    assert isinstance(found, Typed)
    assert (found.text, found.ts, found.root, found.is_changed) == ("bye", "9.1", "9.0", True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("<@U1> and <@U2|ben> and <@U3>", "@ines and @ben and @U3"),
        ("<https://a.example/x|a.example/x>", "https://a.example/x"),
        ("<https://a.example|here>", "here (https://a.example)"),
        ("<mailto:a@b.example|a@b.example> <tel:+49|+49>", "a@b.example +49"),
        ("<#C1|support> <!here> <!subteam^S1|@team>", "#support @here @team"),
        (":wave: :wave::skin-tone-2: :own:", "👋 👋 :own:"),
        ("a < b", "a < b"),
    ],
)
def test_typed_text_becomes_words(text: str, words: str) -> None:
    assert inbound.as_words(text, {"U1": "ines"}, {"wave": "👋"}) == words


def test_emoji_are_read_from_the_blocks() -> None:
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "emoji", "name": "flag-de", "unicode": "1f1e9-1f1ea"}]}]}]  # fmt: skip
    assert _typed(blocks=blocks).emoji == {"flag-de": "🇩🇪"}


def test_who_is_called_and_what_leads_inside() -> None:
    assert inbound.calls_somebody("<@UBOT> take", ME) is False
    assert inbound.calls_somebody("<@U2> look", ME)
    assert inbound.calls_somebody("<!here>", ME)
    assert inbound.leads_inside("<https://acme.slack.com/archives/C1/p1>", ME)
    assert not inbound.leads_inside("<https://shop.example>", ME)
    assert inbound.to_us("<@UBOT> take it", ME) == "take it"
    assert inbound.to_us("ask <@UBOT>", ME) is None


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("", ""), ("list mine", "ticket list mine"), ("ticket list mine", "ticket list mine"),
        ("dialog end 17", "dialog end 17"), ("me away", "me away"), ("customer show 7", "customer show 7"),
        ("customer 42 ana@example.com", "ticket customer 42 ana@example.com"), ("help ticket", "help ticket"),
        ("help", "help"), ("undo abc", "undo abc"), ("lsit", "ticket lsit"), ("dialog", "dialog"),
        ("!take 4", "ticket take 4"), ("Reply 42 It's  done", "ticket Reply 42 It's  done"),
    ],
)  # fmt: skip
def test_what_a_typed_line_means(typed: str, line: str) -> None:
    assert meant(typed, COMMANDS) == line


def test_only_what_looks_is_asked_again_for_its_next_page() -> None:
    assert reads("ticket history 7", COMMANDS)
    assert not reads("ticket take 7", COMMANDS)


class _Answer(dict[str, object]):
    """What the SDK makes of Slack's answer."""

    def __init__(self, status: int, error: str, **headers: str) -> None:
        super().__init__({"ok": False, "error": error, "needed": "reactions:write"})
        self.data, self.status_code, self.headers = dict(self), status, headers


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (200, "token_revoked", WrongKeys), (200, "missing_scope", MissingScope), (200, "is_archived", ShutChannel),
        (200, "message_not_found", LostThread), (200, "not_in_channel", ShutChannel),
        (200, "invalid_blocks", PermanentError),
        (429, "ratelimited", AskedToWait), (500, "", type(None)), (200, "internal_error", type(None)),
    ],
)  # fmt: skip
def test_a_refusal_means(status: int, code: str, kind: type) -> None:
    found = meaning(SlackApiError("", _Answer(status, code)))
    assert type(found) is kind


def test_a_limit_is_waited_out_and_a_little_longer() -> None:
    answer = _Answer(429, "ratelimited")
    answer.headers = {"Retry-After": "30"}
    found = meaning(SlackApiError("", answer))
    assert isinstance(found, TemporaryError)
    assert 30 < found.retry_after.total_seconds() < 31


def test_a_few_pass_at_once_then_the_rate_is_kept() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    rests = [rates.rest("room:slack:posts:C1").total_seconds() for _ in range(4)]
    assert rests == [0, 0, 1, 2]
    assert rates.rest("room:slack:posts:C2").total_seconds() == 0
    assert rates.rest("room:slack").total_seconds() == 0
    now[0] = 60
    assert rates.rest("room:slack:posts:C1").total_seconds() == 0


def test_the_manifest_has_a_scope_for_every_event_and_nothing_slack_does_not_know() -> None:
    for by_socket in (True, False):
        made = json.loads(manifest(command="/helpdesk", by_socket=by_socket, address="https://desk.example/"))
        app = App.from_manifest(made)
        assert app.events <= EVENT_SCOPES.keys()
        assert all(app.hears(event) for event in app.events)
        assert app.scopes == SCOPES.keys()
        assert made["features"]["slash_commands"][0]["command"] == "/helpdesk"
        assert made["settings"]["socket_mode_enabled"] is by_socket
    assert made["settings"]["event_subscriptions"]["request_url"] == "https://desk.example/slack/events"


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        monkeypatch.setenv("SLACK_API_URL", fake.api_url)
        yield fake


async def test_keys_that_work_are_written_down(slack: FakeSlack, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("LANGUAGE=de\n# SLACK_BOT_TOKEN=\nSLACK_APP_TOKEN=old\n")
    keys = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
    found = await connections.connect(connections.named("slack"), keys, env)
    assert [finding.severity for finding in found] == [Severity.ON, Severity.ON]
    wanted = f"LANGUAGE=de\nSLACK_BOT_TOKEN={slack.bot_token}\nSLACK_APP_TOKEN={slack.app_token}\n"
    assert env.read_text() == wanted
    assert env.stat().st_mode & 0o077 == 0


async def test_what_is_wrong_with_keys_is_named_and_nothing_is_written(slack: FakeSlack, tmp_path: Path) -> None:
    slack.drops_scope("reactions:write", "files:write")
    slack.app.app_scopes.clear()
    keys = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
    found = await connections.connect(connections.named("slack"), keys, tmp_path / ".env")
    said = " ".join(Voice().say(finding.text) for finding in found if finding.severity is Severity.ERROR)
    for word in ("reactions:write", "files:write", "connections:write"):
        assert word in said
    assert slack.bot_token not in said
    assert not (tmp_path / ".env").exists()
    wrong = await tried({"SLACK_BOT_TOKEN": "xoxb-wrong-token", "SLACK_SIGNING_SECRET": ""})
    assert [finding.setting for finding in wrong] == ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]


def test_keys_are_looked_at_before_slack_is_asked() -> None:
    bot = GUIDE.keys[0]
    assert fits(bot, "xoxb-1-2-deskbell")
    assert not fits(bot, "xoxp-1-2-deskbell")
    assert not fits(bot, "")
    answers = iter(["nonsense", "xoxb-1-2-deskbell", "", ""])
    values = connections.collected(GUIDE, {}, lambda key, proposed: next(answers))
    assert values == {"SLACK_BOT_TOKEN": "xoxb-1-2-deskbell", "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": ""}
    with pytest.raises(UserError, match="SLACK_BOT_TOKEN does not look right"):
        connections.collected(GUIDE, {"SLACK_BOT_TOKEN": "secret-thing"}, None)


def test_a_written_setting_wins_over_its_example(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("# A=1\nA=2\n")
    keep(env, {"A": "3"})
    assert env.read_text() == "# A=1\nA=3\n"
