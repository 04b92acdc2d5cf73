"""A mailbox taken in, against django-helpdesk taking in the same one: how fast, and what became of each mail."""

import asyncio
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot import beginning
from bot.app import opened
from bot.settings import Settings
from connectors.email.receiving import Receiving
from core import channels, schema
from core.actor import SYSTEM
from core.desk import Desk
from tests.bench import fates
from tests.bench.corpus import Letter, mailbox
from tests.bench.fates import Fates
from tests.bench.tables import Row, at_least

PEER = "django-helpdesk==2.6.1"
ROUNDS, WARM, WARM_START = 5, 24, 500_000
WAYS = ("single", "drained")
_HOME = Path(__file__).parents[2] / "build" / "bench" / PEER
_PATIENCE_S = 600


@dataclass(slots=True)
class _Side:
    """One of the two desks: by way, its rates in mails a second and how its mails fared, of each round."""

    rates: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})
    fates: dict[str, list[Fates]] = field(default_factory=lambda: {way: [] for way in WAYS})

    def mid(self, way: str) -> float:
        return statistics.median(self.rates[way])

    def worst(self, way: str) -> Fates:
        return max(self.fates[way], key=Fates.wrong)


def measured(*, count: int = 400) -> list[Row]:
    """Both ways on both desks, in turn; nothing where the other one cannot be installed."""
    python = _peer()
    if python is None:
        print(f"{PEER} cannot be installed here, so mails are not measured.", file=sys.stderr)
        return []
    ours, theirs = _Side(), _Side()
    with tempfile.TemporaryDirectory() as name:
        folder, letters = Path(name), mailbox(count)
        _prepare(folder, python, letters)
        for _ in range(ROUNDS):
            for way in WAYS:
                _round(folder, python, letters, way, ours, theirs)
    _print_spread(ours, theirs)
    return [
        at_least("Mails taken in one by one, to django-helpdesk", ours.mid("single"), theirs.mid("single"), 4),
        _fared("single", count, ours, theirs),
        at_least("A waiting mailbox drained, to django-helpdesk", ours.mid("drained"), theirs.mid("drained"), 8),
        _fared("drained", count, ours, theirs),
    ]


def _fared(way: str, count: int, ours: _Side, theirs: _Side) -> Row:
    """The worst round of each: the share of mails that fared ill beside theirs, and that none of ours may."""
    here, there = ours.worst(way), theirs.worst(way)
    what = f"Of those {count} (the worst round) lost, split from their thread, doubled, garbled"
    return Row(what, str(here), str(there), here.wrong() / max(1, there.wrong()), "0", here.wrong() == 0)


def _prepare(folder: Path, python: Path, letters: Sequence[Letter]) -> None:
    """The mails as files, and an empty desk of each kind."""
    for name, mails in (("mails", letters), ("warm", mailbox(WARM, start=WARM_START))):
        (folder / name).mkdir()
        for number, letter in enumerate(mails):
            (folder / name / f"{number:05}.eml").write_bytes(letter.raw)
    for name in ("ours", "theirs"):
        (folder / name).mkdir()
    _asked(python, folder / "theirs", "prepare")
    asyncio.run(_begun(folder / "ours"))


def _round(folder: Path, python: Path, letters: Sequence[Letter], way: str, ours: _Side, theirs: _Side) -> None:
    """The same mails on a fresh desk of each kind, one right after the other."""
    for name in ("here", "there"):
        shutil.rmtree(folder / name, ignore_errors=True)
    there = shutil.copytree(folder / "theirs", folder / "there")
    took_s = float(_asked(python, there, way, folder / "mails", folder / "warm"))
    theirs.rates[way].append(len(letters) / took_s)
    theirs.fates[way].append(fates.of(letters, there / "helpdesk.db", fates.THEIRS))
    here = shutil.copytree(folder / "ours", folder / "here")
    took_s = asyncio.run(_taken(here, [each.raw for each in letters], way))
    ours.rates[way].append(len(letters) / took_s)
    ours.fates[way].append(fates.of(letters, here / "deskbell.db", fates.OURS))


def _print_spread(ours: _Side, theirs: _Side) -> None:
    """Every round, since a noisy moment is seen only there."""
    for way in WAYS:
        pairs = list(zip(ours.rates[way], theirs.rates[way], strict=True))
        said = ", ".join(f"{here:.0f} to {there:.0f} = {here / there:.2f}" for here, there in pairs)
        print(f"mails {way}, mails/s of each round: {said}", file=sys.stderr)


def _peer() -> Path | None:
    """The Python of an environment with django-helpdesk in it, made once; None where its package cannot be had."""
    python = _HOME / "bin" / "python"
    if (_HOME / "ready").exists():
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(_HOME)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return None
    (_HOME / "ready").touch()
    return python


def _asked(python: Path, *words: object) -> str:
    """What the other desk prints; the mails that stopped it are not its last word."""
    command = [str(python), str(Path(__file__).with_name("peer.py")), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _settings(folder: Path) -> Settings:
    return Settings(_env_file=None, data_dir=folder)


async def _begun(folder: Path) -> None:
    """An empty desk with a mailbox."""
    settings = _settings(folder)
    await schema.upgrade(settings.url)

    def begin(desk: Desk) -> None:
        beginning.begin(desk, settings)
        beginning.begin_channel(desk, "email", "email", {"address": "support@shop.example"})

    async with opened(settings) as house:
        await house.desks.change(SYSTEM, begin)


async def _taken(folder: Path, mails: Sequence[bytes], way: str) -> float:
    """How many seconds the mails take until all are committed and on disk."""
    async with opened(_settings(folder)) as house:
        described = await house.desks.read(SYSTEM, lambda desk: channels.described(desk, ("email",)))
        receiving = Receiving(described[0], house.desks, house.store, house.secret)
        await _take(receiving, [each.raw for each in mailbox(WARM, start=WARM_START)], way)
        began = time.perf_counter()
        await _take(receiving, mails, way)
        return time.perf_counter() - began


async def _take(receiving: Receiving, mails: Sequence[bytes], way: str) -> None:
    """Takes mails in, in their order: each after the one before is kept, or all that wait handed over at once."""
    if way == "drained":
        await asyncio.gather(*(receiving.take(raw) for raw in mails))
        return
    for raw in mails:
        await receiving.take(raw)
