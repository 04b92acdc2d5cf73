"""Measures the desk and prints a table: ratios within this run, medians of several rounds."""

import argparse

from tests.bench import idle, intake, lists, live, mails, rooms, telegram
from tests.bench.tables import Row, markdown


def main() -> None:
    """Runs what is asked for, all by default."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=["idle", "intake", "lists", "live", "mails", "rooms", "telegram"])
    parser.add_argument("--small", action="store_true", help="Fewer tickets and widgets, for a quick look.")
    given = parser.parse_args()
    rows: list[Row] = []
    if given.only in (None, "idle"):
        rows += idle.measured(count=10) if given.small else idle.measured()
    if given.only in (None, "intake"):
        rows += intake.on_sqlite() + intake.on_postgres()
    if given.only in (None, "lists"):
        rows += lists.on_sqlite(large=10_000, messages=5_000) if given.small else lists.on_sqlite()
    if given.only in (None, "live"):
        rows += live.measured(widgets=200 if given.small else 2_000)
    if given.only in (None, "mails"):
        rows += mails.measured(count=100) if given.small else mails.measured()
    if given.only in (None, "rooms"):
        rows += rooms.measured()
    if given.only in (None, "telegram"):
        rows += telegram.measured()
    print(markdown(rows))


if __name__ == "__main__":
    main()
