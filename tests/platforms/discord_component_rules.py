"""What buttons, menus, layouts and modals must be."""

from collections import Counter
from collections.abc import Iterator

from tests.platforms.discord_errors import Form, Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, UPLOAD = 9, 10, 11, 12, 13, 14, 17, 18, 19
SELECTS = (3, 5, 6, 7, 8)
RADIO, CHECKBOXES, CHECKBOX = 21, 22, 23
LINK, PREMIUM = 5, 6
_TOP_V2 = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
_IN_LABEL = (TEXT_INPUT, *SELECTS, UPLOAD, RADIO, CHECKBOXES, CHECKBOX)


def walk(components: list[Json]) -> Iterator[Json]:
    """All components, those inside others too."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        yield from walk([component[key] for key in ("accessory", "component") if component.get(key)])


def text_of_v2(components: list[Json]) -> str:
    """The words of all text displays."""
    return "\n".join(part["content"] for part in walk(components) if part.get("type") == TEXT)


def check_components(form: Form, components: list[Json], *, v2: bool, path: str) -> None:
    """Notes all that is wrong with a message's components; v2 layouts may nest, up to 40 in all."""
    if v2:
        if len(list(walk(components))) > 40:
            form.wrong(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The maximum number of components is 40")
    else:
        form.count(path, components, most=5)
    for index, component in enumerate(components):
        form.one_of(f"{path}.{index}.type", component.get("type"), _TOP_V2 if v2 else (ROW,))
        _check(form, component, f"{path}.{index}")
    _check_unique(form, components, path)


def check_modal(form: Form, modal: Json, *, path: str) -> None:
    """Notes all that is wrong with a modal: title 45, custom_id 100, 1–5 rows or labels."""
    form.length(f"{path}.title", modal.get("title"), least=1, most=45)
    form.length(f"{path}.custom_id", modal.get("custom_id"), least=1, most=100)
    parts = modal.get("components") or []
    form.count(f"{path}.components", parts, least=1, most=5)
    for index, part in enumerate(parts):
        here = f"{path}.components.{index}"
        form.one_of(f"{here}.type", part.get("type"), (ROW, LABEL, TEXT))
        if part.get("type") == ROW:
            _check_input_row(form, part, here)
        elif part.get("type") == LABEL:
            _check_label(form, part, here)
    _check_unique(form, parts, f"{path}.components")


def _check(form: Form, component: Json, path: str) -> None:
    match component.get("type"):
        case 1:
            _check_row(form, component, path)
        case 2:
            _check_button(form, component, path)
        case kind if kind in SELECTS:
            _check_select(form, component, path)
        case 9:
            form.count(f"{path}.components", component.get("components") or [], least=1, most=3)
            form.one_of(f"{path}.accessory.type", (component.get("accessory") or {}).get("type"), (BUTTON, THUMBNAIL))
            _check(form, component.get("accessory") or {}, f"{path}.accessory")
            _check_inside(form, component, path)
        case 10:
            form.length(f"{path}.content", component.get("content"), least=1, most=4_000)
        case 12:
            form.count(f"{path}.items", component.get("items") or [], least=1, most=10)
        case 17:
            _check_inside(form, component, path)
        case _:
            pass


def _check_inside(form: Form, component: Json, path: str) -> None:
    for index, part in enumerate(component.get("components") or []):
        _check(form, part, f"{path}.components.{index}")


def _check_row(form: Form, row: Json, path: str) -> None:
    parts = row.get("components") or []
    kinds = [part.get("type") for part in parts]
    form.count(f"{path}.components", parts, least=1, most=5)
    for index, kind in enumerate(kinds):
        form.one_of(f"{path}.components.{index}.type", kind, (BUTTON, *SELECTS))
    if len(parts) > 1 and any(kind in SELECTS for kind in kinds):
        message = "An Action Row can contain only one select menu, and nothing beside it"
        form.wrong(f"{path}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
    _check_inside(form, row, path)


def _check_button(form: Form, button: Json, path: str) -> None:
    form.one_of(f"{path}.style", button.get("style"), (1, 2, 3, 4, 5, 6))
    form.length(f"{path}.label", button.get("label") or "", most=80)
    if not button.get("label") and not button.get("emoji") and button.get("style") != PREMIUM:
        form.wrong(path, "BUTTON_COMPONENT_MISSING_LABEL", "A button must have a label or emoji")
    if button.get("style") == LINK:
        form.length(f"{path}.url", button.get("url"), least=1, most=512)
        if button.get("custom_id"):
            form.wrong(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A link button has no custom id")
    elif button.get("style") != PREMIUM:
        form.length(f"{path}.custom_id", button.get("custom_id"), least=1, most=100)


def _check_select(form: Form, select: Json, path: str) -> None:
    form.length(f"{path}.custom_id", select.get("custom_id"), least=1, most=100)
    form.length(f"{path}.placeholder", select.get("placeholder") or "", most=150)
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    if not (0 <= least <= 25 and 1 <= most <= 25 and least <= most):
        form.wrong(f"{path}.max_values", "NUMBER_TYPE_MAX", "min_values 0–25, max_values 1–25, in that order.")
    if select.get("type") != STRING_SELECT:
        return
    options = select.get("options") or []
    form.count(f"{path}.options", options, least=1, most=25)
    if most > len(options) > 0:
        form.wrong(f"{path}.max_values", "NUMBER_TYPE_MAX", "There are fewer options than max_values.")
    for index, option in enumerate(options):
        _check_option(form, option, f"{path}.options.{index}")
    values = Counter(option.get("value") for option in options)
    if any(count > 1 for count in values.values()):
        form.wrong(
            f"{path}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"
        )


def _check_option(form: Form, option: Json, path: str) -> None:
    form.length(f"{path}.label", option.get("label"), least=1, most=100)
    form.length(f"{path}.value", option.get("value"), least=1, most=100)
    form.length(f"{path}.description", option.get("description") or "", most=100)


def _check_input_row(form: Form, row: Json, path: str) -> None:
    parts = row.get("components") or []
    form.count(f"{path}.components", parts, least=1, most=1)
    for part in parts:
        form.one_of(f"{path}.components.0.type", part.get("type"), (TEXT_INPUT, *SELECTS))
        if part.get("type") == TEXT_INPUT:
            form.length(f"{path}.components.0.label", part.get("label"), least=1, most=45)
            _check_input(form, part, f"{path}.components.0")


def _check_label(form: Form, label: Json, path: str) -> None:
    form.length(f"{path}.label", label.get("label"), least=1, most=45)
    form.length(f"{path}.description", label.get("description") or "", most=100)
    part = label.get("component") or {}
    form.one_of(f"{path}.component.type", part.get("type"), _IN_LABEL)
    if part.get("type") == TEXT_INPUT:
        _check_input(form, part, f"{path}.component")
    else:
        _check(form, part, f"{path}.component")


def _check_input(form: Form, part: Json, path: str) -> None:
    form.length(f"{path}.custom_id", part.get("custom_id"), least=1, most=100)
    form.length(f"{path}.placeholder", part.get("placeholder") or "", most=100)
    form.length(f"{path}.value", part.get("value") or "", most=part.get("max_length") or 4_000)
    form.one_of(f"{path}.style", part.get("style"), (1, 2))
    for key, lowest in (("min_length", 0), ("max_length", 1)):
        if part.get(key) is not None and not lowest <= part[key] <= 4_000:
            form.wrong(f"{path}.{key}", "NUMBER_TYPE_MAX", f"int value should be between {lowest} and 4000.")


def _check_unique(form: Form, components: list[Json], path: str) -> None:
    ids = Counter(part["custom_id"] for part in walk(components) if part.get("custom_id"))
    if any(count > 1 for count in ids.values()):
        form.wrong(path, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
