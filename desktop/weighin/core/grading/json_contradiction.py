"""Whether the fields that JSON shall have can be valid by its schema, as far as that is plain to see. References,
patterns and combinations are left to the grader: these may never end."""

from __future__ import annotations

from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "number": (int, float),
    "integer": (int, float),
}


def contradiction(schema: dict[str, Any], equal: dict[str, Any]) -> str:
    """Why no JSON is valid by `schema` and equal to `equal`, to stand behind "expect"; "" where that is not plain."""
    unknown = [name for name in _types(schema) if name not in _TYPES]
    if unknown:
        return '"schema" names a type that JSON does not have'
    if _types(schema) and "object" not in _types(schema):
        return 'what "equal" has fields of is no object by "schema"' if equal else ""
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        return ""
    for key, value in equal.items():
        inner = properties.get(key)
        if isinstance(inner, dict) and not _may_be(inner, value):
            return f'"equal" is not valid by "schema" at {key[:60]}'
        barred = schema.get("additionalProperties") is False and "patternProperties" not in schema
        if key not in properties and barred:
            return f'"schema" allows no {key[:60]}, which "equal" asks for'
    return ""


def _types(schema: dict[str, Any]) -> list[str]:
    """The types that a schema allows; [] for all."""
    named = schema.get("type", [])
    names = named if isinstance(named, list) else [named]
    return [name for name in names if isinstance(name, str)]


def _may_be(schema: dict[str, Any], value: Any) -> bool:
    names = _types(schema)
    if names and all(name in _TYPES for name in names) and not any(_is(value, name) for name in names):
        return False
    if isinstance(value, (dict, list)):
        return True
    choices = [schema["const"]] if "const" in schema else schema.get("enum")
    return not isinstance(choices, list) or value in choices


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    whole = name != "integer" or not isinstance(value, float) or value.is_integer()
    return whole and isinstance(value, _TYPES[name])
