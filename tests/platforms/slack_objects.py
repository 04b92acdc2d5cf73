"""Rules of the small things inside blocks: texts, options, confirmations; each finding names its JSON pointer.

Limits: docs.slack.dev/reference/block-kit/composition-objects and slack_sdk.models. Words as Slack answers them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

PLAIN = ("plain_text",)
ANY_TEXT = ("plain_text", "mrkdwn")


@dataclass
class Findings:
    """What is wrong, each as Slack says it."""

    said: list[str] = field(default_factory=list)

    def add(self, what: str, at: str) -> None:
        """Notes a finding."""
        self.said.append(f"{what} [json-pointer:{at}]")

    def keys(self, thing: Any, at: str, *, needed: Iterable[str] = (), optional: Iterable[str] = ()) -> bool:
        """Looks for missing and unknown keys; False when there is no object to look into."""
        if not isinstance(thing, dict):
            self.add("must be an object", at)
            return False
        needed, known = tuple(needed), {*needed, *optional, "type"}
        for key in needed:
            if key not in thing:
                self.add(f"missing required field: {key}", at)
        for key in thing:
            if key not in known:
                self.add(f"invalid additional property: {key}", at)
        return True

    def string(self, value: Any, at: str, most: int, *, least: int = 0) -> None:
        """A string of so many characters."""
        if not isinstance(value, str):
            self.add("must be a string", at)
        elif len(value) < least:
            self.add(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            self.add(f"must be less than {most + 1} characters", at)

    def items(self, value: Any, at: str, most: int, *, least: int = 1) -> list[tuple[Any, str]]:
        """A list of so many items; returns each with its pointer."""
        if not isinstance(value, list):
            self.add("must be an array", at)
            return []
        if len(value) < least:
            self.add(f"no fewer than {least} items allowed", at)
        if len(value) > most:
            self.add(f"no more than {most} items allowed", at)
        return [(item, f"{at}/{number}") for number, item in enumerate(value)]

    def text(self, value: Any, at: str, most: int, kinds: tuple[str, ...] = PLAIN) -> None:
        """A text object of one of the kinds, never empty."""
        if not isinstance(value, dict):
            self.add("must be an object", at)
            return
        if value.get("type") not in kinds:
            self.add(f"must be a valid type: {' or '.join(kinds)}", f"{at}/type")
            return
        before = len(self.said)
        self.keys(value, at, needed=("text",), optional=("emoji" if value["type"] == "plain_text" else "verbatim",))
        if "text" in value:
            self.string(value["text"], f"{at}/text", most, least=1)
        if len(self.said) > before:
            self.said.insert(before, f"failed to match all allowed schemas [json-pointer:{at}]")

    def one_of(self, value: Any, at: str, allowed: Iterable[str]) -> None:
        """One of some words."""
        if value not in (allowed := tuple(allowed)):
            self.add(f"must be one of: {', '.join(allowed)}", at)

    def link(self, value: Any, at: str) -> None:
        """A URL of at most 3,000 characters."""
        self.string(value, at, 3_000)
        if isinstance(value, str) and not value.startswith(("http://", "https://", "mailto:", "slack://", "tel:")):
            self.add("must be a valid URL", at)


Check = Callable[[Findings, Any, str], None]


def confirm(findings: Findings, value: Any, at: str) -> None:
    """A confirmation dialog."""
    if not findings.keys(value, at, needed=("title", "text"), optional=("confirm", "deny", "style")):
        return
    for key, most, kinds in (
        ("title", 100, PLAIN),
        ("text", 300, ANY_TEXT),
        ("confirm", 30, PLAIN),
        ("deny", 30, PLAIN),
    ):
        if key in value:
            findings.text(value[key], f"{at}/{key}", most, kinds)
    if "style" in value:
        findings.one_of(value["style"], f"{at}/style", ("primary", "danger"))


def option(kinds: tuple[str, ...] = PLAIN, *, links: bool = False) -> Check:
    """An option: text of 75, value of 150; only an overflow's option may bear a link."""

    def check(findings: Findings, value: Any, at: str) -> None:
        more = ("description", "url") if links else ("description",)
        if not findings.keys(value, at, needed=("text", "value"), optional=more):
            return
        if "text" in value:
            findings.text(value["text"], f"{at}/text", 75, kinds)
        if "value" in value:
            findings.string(value["value"], f"{at}/value", 150)
        if "description" in value:
            findings.text(value["description"], f"{at}/description", 75, kinds)
        if links and "url" in value:
            findings.link(value["url"], f"{at}/url")

    return check


def options(most: int, check: Check, *, least: int = 1) -> Check:
    """A list of options."""

    def checks(findings: Findings, value: Any, at: str) -> None:
        for item, where in findings.items(value, at, most, least=least):
            check(findings, item, where)

    return checks


def option_groups(findings: Findings, value: Any, at: str) -> None:
    """Groups of options under a label of 75."""
    for group, where in findings.items(value, at, 100):
        if findings.keys(group, where, needed=("label", "options")):
            findings.text(group.get("label"), f"{where}/label", 75)
            options(100, option())(findings, group.get("options"), f"{where}/options")


def plain(most: int) -> Check:
    """A plain_text object."""
    return lambda findings, value, at: findings.text(value, at, most)


def chars(most: int, *, least: int = 0) -> Check:
    """A string."""
    return lambda findings, value, at: findings.string(value, at, most, least=least)


def number(least: int, most: int) -> Check:
    """A whole number."""

    def check(findings: Findings, value: Any, at: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            findings.add("must be an integer", at)
        elif not least <= value <= most:
            findings.add(f"must be between {least} and {most}", at)

    return check


def flag(findings: Findings, value: Any, at: str) -> None:
    """True or false."""
    if not isinstance(value, bool):
        findings.add("must be a boolean", at)


def anything(findings: Findings, value: Any, at: str) -> None:
    """Not looked into, but not null either."""
    if value is None:
        findings.add("must not be null", at)


def words(*allowed: str) -> Check:
    """One of some words."""
    return lambda findings, value, at: findings.one_of(value, at, allowed)


def link(findings: Findings, value: Any, at: str) -> None:
    """A URL."""
    findings.link(value, at)
