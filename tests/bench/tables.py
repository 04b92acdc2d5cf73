"""Prints what was measured: each row a ratio with its goal, medians of several rounds."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured thing beside what it is compared with."""

    what: str
    ours: str
    anchor: str
    ratio: float
    goal: str
    is_met: bool


def at_least(what: str, ours: float, anchor: float, goal: float, unit: str = "/s") -> Row:
    """A rate that should reach a part of another."""
    ratio = ours / anchor
    return Row(what, f"{ours:,.0f}{unit}", f"{anchor:,.0f}{unit}", ratio, f"≥ {goal:g}", ratio >= goal)


def at_most(what: str, ours: float, anchor: float, goal: float, unit: str = " ms") -> Row:
    """A cost that should stay within a multiple of another."""
    ratio = ours / anchor
    return Row(what, f"{ours:,.2f}{unit}", f"{anchor:,.2f}{unit}", ratio, f"≤ {goal:g}", ratio <= goal)


def limit(what: str, ours: float, most: float, unit: str) -> Row:
    """A figure with an upper bound of its own."""
    return Row(what, f"{ours:,.1f}{unit}", f"{most:g}{unit}", ours / most, "≤ 1", ours <= most)


def median(rounds: int, measure: Callable[[], float]) -> float:
    """The median of several rounds."""
    return statistics.median(measure() for _ in range(rounds))


def timed(work: Callable[[], object]) -> float:
    """How many seconds it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def markdown(rows: list[Row]) -> str:
    """The table."""
    lines = ["| what | ours | compared with | ratio | goal | |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {r.what} | {r.ours} | {r.anchor} | {r.ratio:.2f} | {r.goal} | {'met' if r.is_met else '**missed**'} |"
        for r in rows
    ]
    return "\n".join(lines)
