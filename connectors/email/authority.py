"""Whether the address in From is proven, by what our own mail server found: the topmost Authentication-Results."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from connectors.email.headers import Headers

_COMMENT_SIGN = re.compile(r"\\.|[()]")
_RESULT = re.compile(r"\s*([a-z0-9-]{1,40})\s*=\s*([a-z0-9-]{1,40})(.*)", re.DOTALL)
_PROPERTY = re.compile(
    r"(?<![\w.-])((?:header|smtp|policy|body)\.[a-z0-9_-]{1,40})\s*=\s*(\"[^\"]{0,400}\"|[^\s;\"]{1,400})"
)
_LONGEST = 16 * 1024
_MOST_FIELDS = 20


class Standing(StrEnum):
    """What is known of the address in From."""

    PROVEN = "proven"
    """A trusted server found a pass for the very domain."""
    NOT_PROVEN = "not-proven"
    """A trusted server looked, and found no such pass."""
    UNKNOWN = "unknown"
    """No trusted server says anything."""


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    verdict: str
    properties: Mapping[str, str]


def standing(headers: Headers, domain: str, trusted: Collection[str]) -> Standing:
    """How the domain of From stands by the topmost results, read only where a trusted server wrote them.

    `trusted` are the servers' names (authserv-ids). What is below them may come from anybody. A pass counts for the
    domain it was found for and those below that: DMARC's, else DKIM's or SPF's; DMARC's fail outweighs them.
    """
    written = headers.all("authentication-results")
    if not written or not domain or len(headers.all("from")) != 1:
        return Standing.UNKNOWN
    top, _ = _server_and_results(written[0])
    if top not in {name.lower() for name in trusted}:
        return Standing.UNKNOWN
    found = list(_found_by(top, headers))
    dmarc = [one for one in found if one.method == "dmarc" and one.properties.get("header.from", domain) == domain]
    if dmarc:
        return Standing.PROVEN if all(one.verdict == "pass" for one in dmarc) else _without_dmarc(dmarc, found, domain)
    return _by_signature_or_path(found, domain)


def _without_dmarc(dmarc: list[_Result], found: list[_Result], domain: str) -> Standing:
    """A domain without a DMARC policy may still have a signature."""
    is_silent = all(one.verdict in ("none", "bestguesspass") for one in dmarc)
    return _by_signature_or_path(found, domain) if is_silent else Standing.NOT_PROVEN


def _by_signature_or_path(found: list[_Result], domain: str) -> Standing:
    is_proven = any(one.verdict == "pass" and _is_of(domain, one) for one in found)
    return Standing.PROVEN if is_proven else Standing.NOT_PROVEN


def _is_of(domain: str, one: _Result) -> bool:
    match one.method:
        case "dkim":
            signed = one.properties.get("header.d") or one.properties.get("header.i", "").rpartition("@")[2]
            return _is_within(domain, signed)
        case "spf":
            return _is_within(domain, one.properties.get("smtp.mailfrom", "").rpartition("@")[2])
        case _:
            return False


def _is_within(domain: str, proven: str) -> bool:
    """The domain itself, or one above it that has at least two labels."""
    return "." in proven and (domain == proven or domain.endswith(f".{proven}"))


def _found_by(server: str, headers: Headers) -> Iterator[_Result]:
    """The results of the server's fields at the top: those up to the next hop or another server's field."""
    has_begun = False
    for name, value in headers.fields:
        if name == "received" and has_begun:
            return
        if name == "authentication-results":
            has_begun = True
            writer, results = _server_and_results(value)
            if writer != server:
                return
            yield from results


def _server_and_results(value: bytes) -> tuple[str, list[_Result]]:
    said = _without_comments(value[:_LONGEST].decode("ascii", "replace").lower())
    server, *results = said.split(";")
    return (server.split() or [""])[0], [one for one in map(_result, results[:_MOST_FIELDS]) if one is not None]


def _result(said: str) -> _Result | None:
    match = _RESULT.match(said)
    if match is None:
        return None
    properties = {name: value.strip('"') for name, value in _PROPERTY.findall(match[3])}
    return _Result(match[1], match[2], properties)


def _without_comments(said: str) -> str:
    kept, depth, at = [], 0, 0
    for sign in _COMMENT_SIGN.finditer(said):
        if depth == 0:
            kept.append(said[at : sign.start()])
        depth = max(0, depth + {"(": 1, ")": -1}.get(sign[0], 0))
        at = sign.end()
    return "".join(kept) + (said[at:] if depth == 0 else "")
