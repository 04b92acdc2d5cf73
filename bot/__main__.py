"""`deskbell`, which `python -m bot` runs too."""

import gc


def main() -> None:
    """Runs the command line. What is imported lives as long as the process: the garbage collector waits meanwhile."""
    gc.disable()
    from bot.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
