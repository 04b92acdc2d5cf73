"""The pages made from the code are true, and both languages are complete."""

import re

import pytest

from bot.catalog import catalog, missing, sentences
from bot.reference import PAGES, ROOT


@pytest.mark.parametrize("path", PAGES)
def test_a_page_made_from_the_code_is_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == PAGES[path](), "run: make docs"


def test_german_has_words_for_every_sentence() -> None:
    assert missing("de") == []


def test_a_translation_names_the_arguments_its_sentence_has() -> None:
    wrong = []
    for one, many in sentences():
        known = catalog("de").get(one)
        for said in known.string if isinstance(known.string, tuple) else (known.string,):
            names = set(re.findall(r"\{(\w+)\}", said))
            if names - set(re.findall(r"\{(\w+)\}", one + (many or ""))):
                wrong.append((one, said))
    assert wrong == []


def test_the_compiled_catalog_is_the_written_one() -> None:
    from core.render import Voice
    from core.show import text

    assert Voice("de").say(text("Closed #{number}.", number=7)) == "#7 ist geschlossen."


WRITTEN = sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", WRITTEN)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    targets = re.findall(r"\]\(([^)#\s]+)", (ROOT / page).read_text(encoding="utf-8"))
    assert [each for each in targets if "://" not in each and not (folder / each).exists()] == []
