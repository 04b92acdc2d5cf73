"""Measures the desk and prints a table: ratios within this run, medians of several rounds."""

import argparse

from tests.bench import intake, lists, live, rooms, telegram
from tests.bench.tables import Row, markdown


def main() -> None:
    """Runs what is asked for, all by default."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=["intake", "lists", "live", "rooms", "telegram"])
    parser.add_argument("--small", action="store_true", help="Fewer tickets and widgets, for a quick look.")
    given = parser.parse_args()
    rows: list[Row] = []
    if given.only in (None, "intake"):
        rows += intake.on_sqlite() + intake.on_postgres()
    if given.only in (None, "lists"):
        rows += lists.on_sqlite(large=10_000, messages=5_000) if given.small else lists.on_sqlite()
    if given.only in (None, "live"):
        rows += live.measured(widgets=200 if given.small else 2_000)
    if given.only in (None, "rooms"):
        rows += rooms.measured()
    if given.only in (None, "telegram"):
        rows += telegram.measured()
    print(markdown(rows))


if __name__ == "__main__":
    main()
