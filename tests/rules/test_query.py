"""The filter language: SQL and the yes/no on one row agree, whatever is asked of whatever there is."""

import asyncio
import contextlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from shutil import copy
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core import dialogs, ending, messages, policy, search, spam, tags, teams, tickets
from core.desk import Desk
from core.messages import Where
from core.models import Agent, Dialog, EndReason, Message, Priority, Role, Ticket
from core.query import All, Any, Context, FilterError, Is, Not, Tree, Words, facts_of, holds, is_timed, parse, where
from core.query.days import Day
from tests.shop import MONDAY_MORNING, Shop, open_shop

Filled: TypeAlias = tuple[Shop, asyncio.Runner]
WORDS = (
    "Lampe",
    "Lampen",
    "lamps",
    "lamp",
    "Straße",
    "strasse",
    "broken",
    "breaking",
    "Haus",
    "Häuser",
    "🙂",
    "e-mail",
)
LINES = (
    "status:new", "status:open,pending", "-status:closed", "status:closed", "team:support", "team:mine", "team:nobody",
    "assignee:me", "assignee:none", "assignee:ines|none", "watching:me", "watching:none", "tag:billing",
    "tag:none", "tag:billing,vip", "-tag:vip", "channel:webchat", "channel:none", "contact:none", "contact:1",
    "contact:visitor-0", "kind:chat", "kind:ticket", "is:live", "is:new", "is:merged", "is:spam", "is:internal",
    "is:snoozed", "is:private", "is:demo", "priority>=high", "priority:low", "priority<urgent", "due<2h", "due:none",
    "overdue:yes", "overdue:no", "age>1h", "age<30m", "waiting>10m", "waiting:none", "idle>1h", "created:today",
    "created<2026-11-02", "updated>=2026-11-02", "closed:none", "closed>=mon", "number>3", "#2", "rating<=3",
    "rating:none", "subject:lamp",
)  # fmt: skip


def _populate(desk: Desk, seed: int) -> None:
    """A desk with everything in it, here and there."""
    chance = random.Random(seed)
    people = [teams.agent_named(desk, name) for name in ("ines", "ben")]
    secret = teams.add_team(desk, "secret")
    secret.is_private = True
    desk.flush()
    for number in range(14):
        team = chance.choice([teams.first_team(desk), secret])
        ticket = tickets.open_new(desk, _words(chance), team)
        for _ in range(chance.randrange(4)):
            messages.note(desk, _words(chance), Where(ticket_id=ticket.id))
        _vary(desk, ticket, people, chance)
        ticket.created_at = desk.now - timedelta(minutes=chance.randrange(4000))
        ticket.is_demo = number % 5 == 0
    desk.flush()
    _merge_some(desk, chance)


def _words(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randrange(1, 5)))


def _vary(desk: Desk, ticket: Ticket, people: list[Agent], chance: random.Random) -> None:
    agent = chance.choice(people)
    choices = (
        lambda: tickets.take(desk, ticket, agent),
        lambda: tickets.close(desk, ticket),
        lambda: tickets.pend(desk, ticket, desk.now + timedelta(days=1)),
        lambda: tickets.prioritise(desk, ticket, chance.choice(list(Priority))),
        lambda: tags.add(desk, ticket, chance.choice(["billing", "vip"])),
        lambda: tickets.watch(desk, ticket, agent.id, on=True),
        lambda: tickets.snooze(desk, ticket, agent.id, desk.now + timedelta(hours=1)),
        lambda: tickets.set_due(desk, ticket, desk.now + timedelta(hours=chance.randrange(-5, 5))),
        lambda: spam.mark(desk, ticket),
        lambda: setattr(ticket, "rating", chance.randrange(1, 6)),
        lambda: setattr(ticket, "waiting_since", desk.now - timedelta(minutes=chance.randrange(60))),
    )
    for change in chance.sample(choices, k=chance.randrange(5)):
        change()
        desk.flush()


def _merge_some(desk: Desk, chance: random.Random) -> None:
    from core import joining

    numbers = list(desk.execute(select(Ticket.id)).scalars())
    one, other = chance.sample(numbers, k=2)
    joining.merge(desk, tickets.locked(desk, one), tickets.locked(desk, other))


def _end(desk: Desk, dialog_id: int) -> None:
    ending.end(desk, dialogs.locked(desk, dialog_id), EndReason.AGENT)


async def _made(url: str, seed: int) -> Shop:
    shop = await open_shop(url)
    await shop.agent("ines"), await shop.agent("ben", Role.SUPERVISOR)
    for number in range(4):
        receipt = await shop.customer(str(number)).writes(f"{WORDS[number]} {WORDS[-number]}")
        if number % 2:
            await shop.change(partial(_end, dialog_id=receipt.dialog_id))
    await shop.change(lambda desk: _populate(desk, seed))
    await shop.index()
    return shop


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Shop, asyncio.Runner]]:
    """A filled desk on each database, and the loop it lives in."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("query") / "desk.db"
        copy(request.getfixturevalue("migrated_sqlite"), path)
        url = f"sqlite:///{Path(path)}"
    else:
        cluster = request.getfixturevalue("cluster")
        url = cluster.new_database(like=cluster.name_of(request.getfixturevalue("migrated_postgres")))
    with asyncio.Runner() as runner:
        shop = runner.run(_made(url, 7))
        yield shop, runner
        runner.run(shop.desks.close())


_leaf = st.one_of(
    st.sampled_from(LINES).map(lambda line: parse(line).tree),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(lambda words: parse(f'"{" ".join(words)}"').tree),
    st.sampled_from(["yesterday", "today", "tomorrow", "sun", "2026-11"]).map(
        lambda day: Is("created", (Day(day),), "<=")
    ),
)
_trees: st.SearchStrategy[Tree] = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)


def _agree(desk: Desk, tree: Tree) -> None:
    for walks in (False, True):
        context = policy.context(desk, walks=walks)
        for table in (Ticket, Dialog):
            rows = desk.session.scalars(select(table).order_by(table.id)).all()
            yes = [row.id for row in rows if holds(tree, facts_of(desk, row, tree, context), context)]
            found = desk.execute(select(table.id).where(where(tree, context, table)).order_by(table.id)).scalars().all()
            assert list(found) == yes, (tree, table.__name__)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=_trees)
def test_sql_selects_exactly_the_rows_that_hold(filled: Filled, tree: Tree) -> None:
    shop, runner = filled
    runner.run(shop.read(lambda desk: _agree(desk, tree), shop.people["ines"].actor))


@given(tree=_trees)
def test_what_is_not_timed_is_the_same_statement_at_any_time(tree: Tree) -> None:
    early, late = (_statement(tree, MONDAY_MORNING + timedelta(days=days)) for days in (0, 9))
    assert is_timed(tree) or early == late


def _statement(tree: Tree, now: datetime) -> tuple[str, dict[str, object]]:
    compiled = select(Ticket.id).where(where(tree, Context(now, me=1))).compile()
    return str(compiled), dict(compiled.params)


@pytest.mark.parametrize("line", LINES)
def test_every_field_selects_exactly_the_rows_that_hold(filled: Filled, line: str) -> None:
    shop, runner = filled
    runner.run(shop.read(lambda desk: _agree(desk, parse(line).tree), shop.people["ben"].actor))


def test_the_policy_hides_the_same_rows_in_lists_and_one_by_one(filled: Filled) -> None:
    shop, runner = filled
    ines = shop.people["ines"].actor

    def body(desk: Desk) -> tuple[list[int], list[int]]:
        tree = policy.visible(desk.actor)
        listed = desk.execute(select(Ticket.id).where(where(tree, policy.context(desk))).order_by(Ticket.id)).scalars()
        rows = desk.session.scalars(select(Ticket).order_by(Ticket.id)).all()
        return list(listed), [row.id for row in rows if policy.may_see(desk, row)]

    listed, seen = runner.run(shop.read(body, ines))
    assert listed == seen
    assert 0 < len(seen) < runner.run(shop.read(lambda desk: len(desk.execute(select(Ticket.id)).all())))


@pytest.mark.parametrize(
    ("line", "place", "says"),
    [
        ("status:opn", 0, "open"),
        ("foo:bar", 0, "There is no field foo"),
        ("owner:me", 0, "assignee"),
        ("tag:a stats:new", 6, "status"),
        ('say "hello', 4, "quote"),
        ("(status:new", 0, "bracket"),
        ("status:new)", 10, "bracket"),
        ("status>new", 0, "takes no >"),
        ("age>soon", 0, "age>3d"),
        ("sort:colour", 0, "sort by colour"),
        ("priority>=hgih", 0, "high"),
    ],
)
def test_a_mistake_is_answered_with_its_place_and_what_would_be_right(line: str, place: int, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(line)
    assert caught.value.place == place
    assert says in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(line=st.text(max_size=200))
def test_any_line_is_read_or_refused_but_never_breaks(line: str) -> None:
    with contextlib.suppress(FilterError):
        parse(line)


@pytest.mark.parametrize("line", ["(" * 5000, '"' * 4001, "a " * 3000, "status:" + "x" * 1990, "-" * 1500])
def test_deep_and_long_lines_are_refused_or_read_in_bounded_work(line: str) -> None:
    with contextlib.suppress(FilterError):
        parse(line)


@pytest.mark.parametrize(
    ("asked", "said", "found"),
    [
        ("lampe", "Die Lampen sind da", True),
        ("STRASSE", "in der Straße", True),
        ("breaking", "it breaks", True),
        ('"broken lamp"', "the broken lamps", True),
        ('"lamp broken"', "the broken lamps", False),
        ("tisch", "Tischlampe", False),
        ("cafe", "Café", True),
    ],
)
def test_words_are_found_in_their_forms(asked: str, said: str, found: bool) -> None:
    from core.query.facts import Facts

    tree = parse(asked).tree
    assert isinstance(tree, Words)
    from core.words import streams

    assert Facts(said=(said,)).says(streams(tree.words)) is found


async def test_words_removed_for_good_are_found_no_more(shop: Shop) -> None:
    ines = await shop.agent("ines", Role.SUPERVISOR)
    await shop.customer("ana").writes("my secret number is zanzibar")
    await ines.types("dialog end 1")
    await shop.index()
    assert (await ines.types("ticket find zanzibar")) == "1 ticket"
    await ines.types("message redact 1 yes")
    await ines.types("ticket title 1 Something")
    await shop.index()
    assert "Nothing fits" in await ines.types("ticket find zanzibar")
    left = await shop.read(
        lambda desk: desk.execute(select(Message.body).where(Message.author == "contact")).scalars().all()
    )
    assert left == [""]


async def test_queues_are_read_along_their_index(small_shop: Shop) -> None:
    from core import listing

    ines = await small_shop.agent("ines")
    for line in (
        "status:new,open assignee:me",
        "status:new,open",
        "status:new,open assignee:none",
        "sort:due",
        "sort:waiting",
    ):

        def body(desk: Desk, line: str = line) -> list[str]:
            query = parse(line)
            statement = (
                select(Ticket.id).where(where(*listing._asked(desk, query))).order_by(*listing._order(query.sort))
            )
            compiled = statement.compile(desk.connection, compile_kwargs={"literal_binds": True})
            return [row[3] for row in desk.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]

        plan = await small_shop.read(body, ines.actor)
        assert not any("TEMP B-TREE" in step for step in plan), (line, plan)
        assert any("USING INDEX ix_ticket" in step or "USING COVERING INDEX ix_ticket" in step for step in plan), plan


def test_the_search_tables_are_known_by_name() -> None:
    assert search.TABLES == ("said_message", "said_subject")
