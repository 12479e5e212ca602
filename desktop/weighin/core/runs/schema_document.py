"""A JSON schema as it is read: where it refers to, what its parts say together, of which types its values are."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from weighin.core.jsonable import is_finite
from weighin.core.safe_text import safe_name

ANNOTATIONS = frozenset({
    "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "$schema", "$id",
    "id", "$comment", "$defs", "definitions", "$anchor", "$vocabulary", "contentMediaType", "contentEncoding",
    "contentSchema", "discriminator", "nullable",
})  # fmt: skip
# What says of which type a value is, where "type" does not; the last are never enforced.
OF_TYPE = {
    "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties", "patternProperties",
               "propertyNames", "dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "additionalItems", "uniqueItems", "contains",
              "unevaluatedItems"),
    "string": ("minLength", "maxLength", "format", "pattern"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}  # fmt: skip


class SchemaError(Exception):
    """No grammar can be made of a schema; the text is the reason, as the end of a sentence."""


class SchemaDocument:
    """body: the whole schema, decoded. missing: names of what cannot be held to, as far as was seen."""

    def __init__(self, body: Any) -> None:
        self.body = body
        self.missing: set[str] = set()

    def target(self, reference: str) -> Any:
        """What a $ref within the document points to. Raises SchemaError."""
        found, said = self.body, safe_name(reference, 60)
        if not reference.startswith("#"):
            raise SchemaError(f"it refers to another document (“{said}”)")
        if reference != "#" and not reference.startswith("#/"):
            raise SchemaError(f"it refers to “{said}”, which it does not have")
        for step in unquote(reference[1:]).split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and step in found:
                found = found[step]
            elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
                found = found[int(step)]
            else:
                raise SchemaError(f"it refers to “{said}”, which it does not have")
        return found

    def flat(self, schema: Any, seen: frozenset[str] = frozenset()) -> dict[str, Any]:
        """`schema` as one object, with what $ref and allOf add to it. Raises SchemaError."""
        if schema is True:
            return {}
        if schema is False:
            return {"enum": []}
        if not isinstance(schema, dict):
            raise SchemaError(f"{safe_name(json.dumps(schema), 40)} is no schema")
        flat = {name: value for name, value in schema.items() if name not in ("$ref", "allOf")}
        reference = schema.get("$ref")
        if isinstance(reference, str):
            if reference in seen:
                raise SchemaError("it refers to itself without end")
            flat = self.merged(flat, self.flat(self.target(reference), seen | {reference}))
        for part in listed(schema, "allOf"):
            flat = self.merged(flat, self.flat(part, seen))
        return flat

    def merged(self, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        """Both at once."""
        both = {**other, **one}
        for name in one.keys() & other.keys():
            a, b = one[name], other[name]
            if a == b or name in ANNOTATIONS:
                continue
            if name == "properties" and isinstance(a, dict) and isinstance(b, dict):
                both[name] = {**b, **a, **{n: {"allOf": [a[n], b[n]]} for n in a.keys() & b.keys() if a[n] != b[n]}}
            elif name == "required" and isinstance(a, list) and isinstance(b, list):
                both[name] = [*a, *(entry for entry in b if entry not in a)]
            elif name == "enum" and isinstance(a, list) and isinstance(b, list):
                both[name] = [value for value in a if value in b]
            elif name == "type":
                both[name] = _common(types(one), types(other))
                both |= {} if both[name] else {"enum": []}
            elif name in ("items", "additionalProperties"):
                both[name] = {"allOf": [a, b]}
            elif name.startswith(("min", "exclusiveMin")) and is_finite(a) and is_finite(b):
                both[name] = max(a, b)
            elif name.startswith(("max", "exclusiveMax")) and is_finite(a) and is_finite(b):
                both[name] = min(a, b)
            else:
                self.missing.add(name)
        closed = False in (one.get("additionalProperties"), other.get("additionalProperties"))
        if closed and set(one.get("properties", ())) != set(other.get("properties", ())):
            self.missing.add("additionalProperties")
        return both


def listed(schema: dict[str, Any], name: str) -> Sequence[Any]:
    """The list under `name`, () where there is none. Raises SchemaError."""
    value = schema.get(name, ())
    if isinstance(value, (list, tuple)):
        return value
    if name == "required" and isinstance(value, bool):  # of a property, in the third draft
        return ()
    raise SchemaError(f"its “{name}” is not a list")


def types(flat: dict[str, Any]) -> list[str]:
    """The types of a schema, said or to be told from its other words; [] for all."""
    said = flat.get("type")
    if said is None:
        return next(([kind] for kind, names in OF_TYPE.items() if any(name in flat for name in names)), [])
    kinds = said if isinstance(said, list) else [said]
    return list(dict.fromkeys((*kinds, *(["null"] if flat.get("nullable") is True else []))))


def is_of(value: Any, kinds: list[str]) -> bool:
    """Whether a value is of one of these types."""
    if isinstance(value, bool):
        return "boolean" in kinds
    if isinstance(value, (int, float)):
        return "number" in kinds or ("integer" in kinds and value == math.floor(value))
    named = {str: "string", list: "array", dict: "object", type(None): "null"}
    return named[type(value)] in kinds


def apart(ways: Sequence[Any]) -> bool:
    """Whether no value can be valid under two of these, as far as is seen at once: each has a type, a value, or a
    property with a value of its own."""
    if not ways or not all(isinstance(way, dict) for way in ways):
        return False
    kinds = {json.dumps("number" if way["type"] == "integer" else way["type"]) for way in ways if "type" in way}
    if len(kinds) == len(ways) and all(isinstance(way.get("type"), str) for way in ways):
        return True
    shared = set.intersection(*({*listed(way, "required")} & {*way.get("properties", ())} for way in ways))
    marks = ([way["properties"][name] for way in ways] for name in shared)
    return _differ(ways) or any(map(_differ, marks))


def _differ(ways: Sequence[Any]) -> bool:
    """Whether each of these is a value of its own."""
    told = {json.dumps(way["const"]) for way in ways if isinstance(way, dict) and "const" in way}
    return len(told) == len(ways)


def _common(one: list[str], other: list[str]) -> list[str]:
    """The types of both; a whole number is a number."""
    pairs = ((one, other), (other, one))
    whole = any("integer" in a and "number" in b for a, b in pairs)
    return [kind for kind in one if kind in other] or (["integer"] if whole else [])
