"""Who writes and who is written to."""

import pytest

from connectors.email.addresses import MOST, Address, first, read

JANE = Address("Jane Doe", "jane@x.example")
CASES = [
    ("Jane Doe <jane@x.example>", [JANE]),
    ('"Jane Doe" <jane@X.Example>', [JANE]),
    ("jane@x.example (Jane Doe)", [JANE]),
    ("jane@x.example (Jane (the) Doe)", [Address("Jane (the) Doe", "jane@x.example")]),
    ("Doe, Jane <jane@x.example>", [Address("Doe, Jane", "jane@x.example")]),
    ("Doe; Jane <jane@x.example>", [Address("Doe, Jane", "jane@x.example")]),
    ('"Doe, Jane" <jane@x.example>', [Address("Doe, Jane", "jane@x.example")]),
    ("Jane Doe < jane @ x . example >", [JANE]),
    ("jane @ x.example", [Address("", "jane@x.example")]),
    ("Jane Doe jane@x.example", [JANE]),
    ('"boss@corp.example" <evil@y.example>', [Address("boss@corp.example", "evil@y.example")]),
    ("Boss <boss@corp.example> <evil@y.example>", [Address("Boss", "evil@y.example")]),
    ("Jane Doe <jane@x.example", [JANE]),
    ('"Jane Doe <jane@x.example>', [JANE]),
    ("Jane Doe <mailto:jane@x.example>", [JANE]),
    ("'jane@x.example'", [Address("", "jane@x.example")]),
    ('"jane doe"@x.example', [Address("", '"jane doe"@x.example')]),
    ("=?utf-8?Q?Doe=2C_Jane?= <jane@x.example>", [Address("Doe, Jane", "jane@x.example")]),
    ("=?utf-8?Q?Jane_Doe_=3Cjane=40x=2Eexample=3E?=", [JANE]),
    ("Jörg <j@x.example>", [Address("Jörg", "j@x.example")]),
    ("a@x.example, b@x.example; c@x.example", [Address("", f"{name}@x.example") for name in "abc"]),
    ('Team: a@x.example, "B, C" <b@x.example>;', [Address("", "a@x.example"), Address("B, C", "b@x.example")]),
    ("Re: ticket <a@x.example>", [Address("Re: ticket", "a@x.example")]),
    ("undisclosed-recipients:;", []),
    ("Jane Doe", [Address("Jane Doe", "")]),
    ("jane@x.example <>", [Address("", "jane@x.example")]),
    ("@", []),
    ("", []),
]


@pytest.mark.parametrize(("written", "found"), CASES)
def test_addresses_are_read_as_they_are_written(written: str, found: list[Address]) -> None:
    assert list(read([written.encode()])) == found


def test_at_most_a_hundred_recipients_are_taken() -> None:
    assert len(read([b", ".join(b"a%d@x.example" % number for number in range(20_000))])) == MOST


def test_where_nobody_is_named_there_is_nobody() -> None:
    assert first([]) == Address("", "")
