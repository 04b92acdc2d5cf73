"""Collects every sentence people read from the code, and keeps the catalogs of translations up to date.

Sentences are the first arguments of `text` and `texts` (and of `t` in templates), and the docstrings of commands.
"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "core" / "locale"
_SOURCES = ("core", "bot", "connectors", "transcripts")
_TEMPLATE_WORDS = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"|\bt\(\s*\'((?:[^\'\\]|\\.)*)\'')
_LETTERS = re.compile(r"[^\W\d_]{2}")
_PLACE = re.compile(r"\{\w*\}")

Sentence = tuple[str, str | None]
"""A sentence and, where it counts something, its plural."""


def sentences() -> dict[Sentence, str]:
    """All sentences of the code, with the file each was first found in."""
    found: dict[Sentence, str] = {}
    for folder in _SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".html"):
                read = _in_python if path.suffix == ".py" else _in_template
                for sentence in read(path.read_text(encoding="utf-8")):
                    found.setdefault(sentence, str(path.relative_to(ROOT)))
    return {key: place for key, place in found.items() if _LETTERS.search(_PLACE.sub("", key[0]))}


def _in_template(source: str) -> Iterator[Sentence]:
    for match in _TEMPLATE_WORDS.finditer(source):
        yield (match[1] or match[2]).replace('\\"', '"'), None


def _in_python(source: str) -> Iterator[Sentence]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _in_call(node)
        elif isinstance(node, ast.FunctionDef) and any(_is_command(each) for each in node.decorator_list):
            yield from ((paragraph, None) for paragraph in _paragraphs(node))


def _in_call(node: ast.Call) -> Iterator[Sentence]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if name == "texts" and len(words) == 2:
        yield words[0], words[1]
    elif name in ("text", "Text") and words and isinstance(node.args[0], ast.Constant):
        yield words[0], None


def _is_command(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "command"


def _paragraphs(node: ast.FunctionDef) -> list[str]:
    return [" ".join(part.split()) for part in (ast.get_docstring(node) or "").split("\n\n")]


def catalog(language: str) -> Catalog:
    """The translations of a language as they are kept."""
    path = LOCALES / language / "LC_MESSAGES" / "deskbell.po"
    if not path.exists():
        return Catalog(language, project="Deskbell", domain="deskbell")
    with path.open("rb") as stream:
        return read_po(stream, locale=language, domain="deskbell")


def update(language: str) -> None:
    """Puts new sentences into a catalog, drops those nobody says any more, and compiles it."""
    kept = catalog(language)
    fresh = Catalog(language, project="Deskbell", version="1", creation_date=_BEGAN, revision_date=_BEGAN)
    for (one, many), place in sorted(sentences().items(), key=lambda item: item[0][0]):
        known = kept.get(one)
        string = known.string if known is not None else ""
        fresh.add((one, many) if many else one, string or (("", "") if many else ""), locations=[(place, 0)])
    folder = LOCALES / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "deskbell.po").open("wb") as stream:
        write_po(stream, fresh, width=110, include_lineno=False, sort_output=True)
    with (folder / "deskbell.mo").open("wb") as stream:
        write_mo(stream, fresh)


_BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
"""Catalogs carry a fixed date: writing them anew without new sentences changes nothing."""


def missing(language: str) -> list[str]:
    """The sentences a catalog has no words for."""
    kept = catalog(language)
    lacking = []
    for one, many in sentences():
        known = kept.get(one)
        strings = known.string if known is not None else ""
        has = all(strings) if isinstance(strings, tuple | list) else bool(strings)
        if not has or (many is not None and not isinstance(strings, tuple | list)):
            lacking.append(one)
    return sorted(lacking)


if __name__ == "__main__":
    for each in ("de",):
        update(each)
        print(f"{each}: {len(missing(each))} sentences lack a translation")
