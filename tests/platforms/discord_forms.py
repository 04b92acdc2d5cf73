"""What is sent when a person fills in a form or chooses from a menu."""

from typing import Any

from tests.platforms.discord_component_rules import CHECKBOX, CHECKBOXES, LABEL, RADIO, ROW, STRING_SELECT, UPLOAD
from tests.platforms.discord_errors import Json
from tests.platforms.discord_replies import Form
from tests.platforms.discord_typing import NotOffered, Resolved

TEXT_INPUT = 4


def submission(form: Form, values: dict[str, Any], resolved: Resolved) -> Json:
    """The data of a form, by label or custom id; what is not given stays as it was prefilled."""
    known = {each["custom_id"] for each in form.fields} | set(form.labels)
    if unknown := set(values) - known:
        raise NotOffered(f"The form {form.title!r} has no {sorted(unknown)}, only {form.labels}")
    parts = [_part(part, values, resolved) for part in form.modal["components"]]
    said = {"custom_id": form.modal["custom_id"], "components": parts}
    return said | ({"resolved": resolved.payload} if resolved.payload else {})


def _part(part: Json, values: dict[str, Any], resolved: Resolved) -> Json:
    said = {"type": part["type"], "id": part["id"]}
    if part["type"] == ROW:
        return said | {"components": [_input(each, values, resolved) for each in part["components"]]}
    if part["type"] == LABEL:
        return said | {"component": _input({"label": part["label"]} | part["component"], values, resolved)}
    return said


def _input(part: Json, values: dict[str, Any], resolved: Resolved) -> Json:
    said = {"type": part["type"], "id": part["id"], "custom_id": part["custom_id"]}
    given = values.get(part["custom_id"], values.get(str(part.get("label"))))
    match part["type"]:
        case 4:
            return said | {"value": _text(part, given)}
        case kind if kind == CHECKBOX:
            return said | {"value": bool(given)}
        case kind if kind == RADIO:
            chosen = chosen_values(part, [] if given is None else [given], resolved)
            return said | {"value": chosen[0] if chosen else None}
        case kind if kind == UPLOAD:
            return said | {"values": [resolved.file(*file) for file in given or []]}
        case _:
            chosen = [given] if given is not None and not isinstance(given, list) else given or _defaults(part)
            return said | {"values": chosen_values(part, chosen, resolved)}


def _text(part: Json, given: Any) -> str:
    text = str(part.get("value") or "" if given is None else given)
    least, most = part.get("min_length") or 0, part.get("max_length") or 4_000
    if (part.get("required", True) and not text) or (text and not least <= len(text) <= most):
        raise NotOffered(f"{part.get('label')!r} does not take {text!r}: {least}–{most} characters")
    return text


def _defaults(part: Json) -> list[Any]:
    return [option["value"] for option in part.get("options") or [] if option.get("default")]


def chosen_values(select: Json, values: list[Any], resolved: Resolved) -> list[str]:
    """The values sent for what was chosen: options by label or value, else people, roles and channels."""
    optional = select.get("required") is False
    least = 0 if optional else select.get("min_values", 1)
    most = select.get("max_values") or (len(select.get("options") or []) if select["type"] == CHECKBOXES else 1)
    if not least <= len(values) <= most:
        raise NotOffered(f"{select['custom_id']} takes {least} to {most}, not {len(values)}")
    if select["type"] not in (STRING_SELECT, RADIO, CHECKBOXES):
        return [resolved.id_of(value) for value in values]
    by_label = {option["label"]: option["value"] for option in select["options"]}
    for value in values:
        if value not in by_label and value not in by_label.values():
            raise NotOffered(f"{select['custom_id']} offers {list(by_label)}, not {value!r}")
    return [by_label.get(value, value) for value in values]
