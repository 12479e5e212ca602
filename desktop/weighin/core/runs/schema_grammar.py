"""A JSON schema as a grammar (GBNF): nothing but JSON that is valid under it can then be written.

Where a schema leaves a choice the grammar may be narrower, never wider but for what it names: properties that are named
come in their order and without others, an array has all of its first items. The converter that the engine's binding
brings drops keywords without a word, and lets raw line breaks into strings.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from weighin.core.jsonable import is_finite
from weighin.core.runs import digits
from weighin.core.runs.schema_document import (
    ANNOTATIONS,
    OF_TYPE,
    SchemaDocument,
    SchemaError,
    apart,
    is_of,
    listed,
    types,
)
from weighin.core.safe_text import safe_name

# More than these would make the engine's parser say no, or slow.
MOST_REPEATED = 2000
_MOST_RULES = 20_000
_NEVER = {
    "object": ("patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies",
               "unevaluatedProperties"),
    "array": ("uniqueItems", "contains", "unevaluatedItems"),
    "string": ("pattern",),
}  # fmt: skip
_DATE = (
    '[0-9]{4} "-" (("0" [13578] | "1" [02]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])'
    ' | ("0" [469] | "11") "-" ("0" [1-9] | [12] [0-9] | "30") | "02-" ("0" [1-9] | [12] [0-9]))'
)
_TIME = (
    '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,6})? '
    '("Z" | [-+] ("0" [0-9] | "1" [0-4]) ":" [0-5] [0-9])'
)
_HEX = "[0-9a-fA-F]"
_FORMATS = {
    "date": _DATE,
    "time": _TIME,
    "date-time": f'{_DATE} "T" {_TIME}',
    "uuid": ' "-" '.join(f"{_HEX}{{{n}}}" for n in (8, 4, 4, 4, 12)),
}
_BASE = r"""
ws ::= "" | " " | "\n" [ \t]{0,20}
char ::= [ !#-[\]-~\u0080-\uD7FF\uE000-\U0010FFFF] | "\\" (["\\/bfnrt] | "u" code)
code ::= [0-9a-cA-CefEF] [0-9a-fA-F]{3} | [dD] [0-7] [0-9a-fA-F]{2}
string ::= "\"" char* "\""
number ::= "-"? ("0" | [1-9] [0-9]{0,15}) ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,2})?
value ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" ws (member ("," ws member)* ws)? "}"
member ::= string ":" ws value
array ::= "[" ws (value ("," ws value)* ws)? "]"
""".strip()


@dataclass(frozen=True)
class SchemaGrammar:
    """text: GBNF, its root is "root". not_enforced: what of the schema it does not hold an answer to, by name."""

    text: str
    not_enforced: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """A piece of a rule, and the rules without which it cannot be written."""

    text: str
    needs: frozenset[str] = frozenset()


_WS, _COMMA, _VALUE, _NUMBER = _Part("ws"), _Part('"," ws'), _Part("value"), _Part("number")
# A rule that is never made: whatever needs it is left out.
_NOTHING = _Part("nothing", frozenset({"nothing"}))
_EMPTY = _Part('""')


def schema_grammar(schema: str) -> SchemaGrammar:
    """The grammar of a JSON schema. Raises SchemaError."""
    try:
        made = _Converter(json.loads(schema))
        return SchemaGrammar(made.text(), made.missing)
    except RecursionError:
        raise SchemaError("it is nested too deeply") from None
    except ValueError:  # json: too long a number, or one that is none
        raise SchemaError("it is not valid JSON") from None
    except (TypeError, AttributeError):  # a number where a list belongs, and the like
        raise SchemaError("it is not a JSON schema") from None


class _Converter:
    def __init__(self, document: Any) -> None:
        self._schema = SchemaDocument(document)
        self._rules: dict[str, list[_Part]] = {}
        self._named: dict[int, str] = {}
        self._kept: list[Any] = []  # what was named by its id must live on
        self._rules["root"] = [self._visit(document, frozenset())]

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of what the rules do not hold to."""
        return tuple(sorted(self._schema.missing))

    def text(self) -> str:
        """The rules that can be written to their end. Raises SchemaError where the root cannot."""
        able: set[str] = set()
        while True:
            more = {n for n, forms in self._rules.items() if n not in able and any(f.needs <= able for f in forms)}
            if not more:
                break
            able |= more
        if "root" not in able:
            raise SchemaError("no JSON is valid under it")
        rules = ((n, [f.text for f in forms if f.needs <= able]) for n, forms in self._rules.items() if n in able)
        return "\n".join((*(f"{name} ::= {' | '.join(forms)}" for name, forms in rules), _BASE)) + "\n"

    def _rule(self, forms: Iterable[_Part], name: str = "") -> _Part:
        """A rule with these forms."""
        name = name or self._new()
        self._rules[name] = list(forms)
        return _Part(name, frozenset({name}))

    def _new(self) -> str:
        name = f"n{len(self._rules)}"
        if len(self._rules) > _MOST_RULES:
            raise SchemaError("it is too large")
        self._rules[name] = []
        return name

    def _visit(self, schema: Any, around: frozenset[int]) -> _Part:
        """What is valid under `schema`. `around`: ids of the schemas it is part of with nothing written yet."""
        if schema is True:
            return _VALUE
        if schema is False:
            return _NOTHING
        if not isinstance(schema, dict):
            raise SchemaError(f"{safe_name(json.dumps(schema), 40)} is no schema")
        if id(schema) in around:
            raise SchemaError("it refers to itself without end")
        if id(schema) not in self._named:
            name = self._named[id(schema)] = self._new()
            self._kept.append(schema)
            within = around | {id(schema)}
            if isinstance(schema.get("$ref"), str) and not schema.keys() - ANNOTATIONS - {"$ref"}:
                self._rule([self._visit(self._schema.target(schema["$ref"]), within)], name)
            else:
                self._rule(self._forms(self._schema.flat(schema), within), name)
        name = self._named[id(schema)]
        return _Part(name, frozenset({name}))

    def _forms(self, flat: dict[str, Any], around: frozenset[int]) -> list[_Part]:
        """All that is valid under a schema without $ref and allOf."""
        self._schema.missing |= {name for name in ("not", "if", "dependentSchemas") if name in flat}
        for name in ("anyOf", "oneOf"):
            if name in flat:
                rest = {n: value for n, value in flat.items() if n != name}
                ways = listed(flat, name)
                if name == "oneOf" and not apart(ways):
                    self._schema.missing.add("oneOf")
                if not rest.keys() - ANNOTATIONS:
                    return [self._visit(way, around) for way in ways]
                both = (self._schema.merged(rest, self._schema.flat(way)) for way in ways)
                return [form for one in both for form in self._forms(one, around)]
        kinds = types(flat)
        if "const" in flat or "enum" in flat:
            values = listed(flat, "enum") if "enum" in flat else [flat["const"]]
            values = [value for value in values if "const" not in flat or value == flat["const"]]
            return [_Part(_literal(_dumped(v))) for v in values if not kinds or is_of(v, kinds)]
        if not kinds:
            return [_VALUE]
        return [form for kind in kinds for form in self._of_type(kind, flat)]

    def _of_type(self, kind: str, flat: dict[str, Any]) -> list[_Part]:
        for name in _NEVER.get(kind, ()):
            if flat.get(name) not in (None, False, {}):
                self._schema.missing.add(name)
        if kind == "object":
            return self._object(flat)
        if kind == "array":
            return self._array(flat)
        if kind == "string":
            return [self._string(flat)]
        if kind in ("integer", "number"):
            return self._number(kind, flat)
        literals = {"boolean": ('"true"', '"false"'), "null": ('"null"',)}
        if kind not in literals:
            raise SchemaError(f"JSON has no type “{safe_name(str(kind), 40)}”")
        return [_Part(text) for text in literals[kind]]

    def _string(self, flat: dict[str, Any]) -> _Part:
        shape = flat.get("format")
        if isinstance(shape, str) and shape in _FORMATS:
            self._schema.missing |= {name for name in ("minLength", "maxLength") if name in flat}
            return _Part(f'"\\"" {_FORMATS[shape]} "\\""')
        if shape is not None:
            self._schema.missing.add(f"format {safe_name(str(shape), 40)}")
        least, most = self._bounds(flat, "Length")
        return _Part(f'"\\"" {_repeated("char", least, most)} "\\""')

    def _number(self, kind: str, flat: dict[str, Any]) -> list[_Part]:
        given = {name: flat[name] for name in OF_TYPE["number"] if name in flat}
        self._schema.missing |= {name for name, value in given.items() if not is_finite(value)}
        given = {name: value for name, value in given.items() if is_finite(value)}
        step = given.pop("multipleOf", None)
        if kind == "integer":
            low, high = digits.whole_bounds(given)
            values = digits.multiples(low, high, step)
            if values is not None:
                return [_Part(_literal(str(value))) for value in values]
            if step not in (None, 1):
                self._schema.missing.add("multipleOf")
            return [_Part(text) for text in digits.wholes(low, high)]
        if step is not None:
            self._schema.missing.add("multipleOf")
        # Between two numbers that are not whole there is no telling digit by digit.
        loose = {n for n, v in given.items() if n.startswith("exclusive") or v != math.floor(v)}
        self._schema.missing |= loose
        given = {name: value for name, value in given.items() if name not in loose}
        if not given:
            return [_NUMBER]
        return [_Part(text) for text in digits.decimals(*digits.whole_bounds(given))]

    def _array(self, flat: dict[str, Any]) -> list[_Part]:
        first, rest = flat.get("prefixItems"), flat.get("items", True)
        if isinstance(rest, list):  # as earlier drafts write the first items
            first, rest = rest, flat.get("additionalItems", True)
        head = [self._visit(item, frozenset()) for item in (first if isinstance(first, list) else [])]
        least, most = self._bounds(flat, "Items")
        head = head if most is None else head[:most]
        if head and "items" not in flat and least <= len(head):
            most = len(head)
        least, most = max(least - len(head), 0), None if most is None else most - len(head)
        opening, closing = _Part('"[" ws'), _Part('ws "]"')
        begun = [part for item in head for part in (_COMMA, item)][1:]
        forms = [_sequence(opening, *begun, *([closing] if begun else [_Part('"]"')]))] if least == 0 else []
        if most != 0:
            item = self._visit(rest, frozenset())
            more = self._rule([_sequence(_COMMA, item)])
            if begun:
                forms.append(_sequence(opening, *begun, _times(more, max(least, 1), most), closing))
            else:
                least, most = max(least - 1, 0), None if most is None else most - 1
                again = [] if most == 0 else [_times(more, least, most)]
                forms.append(_sequence(opening, item, *again, closing))
        return forms

    def _object(self, flat: dict[str, Any]) -> list[_Part]:
        properties, others = flat.get("properties", {}), flat.get("additionalProperties", True)
        required = [name for name in listed(flat, "required") if isinstance(name, str)]
        if not isinstance(properties, dict):
            raise SchemaError("its “properties” are not an object")
        names = list(dict.fromkeys((*properties, *required)))
        least, most = flat.get("minProperties", 0), flat.get("maxProperties", len(names))
        if not is_finite(least) or least > len(set(required)):
            self._schema.missing.add("minProperties")
        if not is_finite(most) or most < len(names) or (not names and "maxProperties" in flat):
            self._schema.missing.add("maxProperties")
        if not names:
            empty = _Part('"{" ws "}"')
            if others is False:
                return [empty]
            pair = self._rule([_sequence(_Part('string ":" ws'), self._visit(others, frozenset()))])
            more = self._rule([_sequence(_COMMA, pair)])
            return [empty, _sequence(_Part('"{" ws'), pair, _times(more, 0, None), _Part('ws "}"'))]
        return [_sequence(_Part('"{" ws'), self._members(names, set(required), properties, others), _Part('"}"'))]

    def _members(self, names: list[str], required: set[str], properties: dict[str, Any], others: Any) -> _Part:
        """Members in the order of their names, of which those that are not required may be absent, and a blank behind
        them. Built from the end: what follows where none was written before, and where one was."""
        first, later = _EMPTY, _WS
        for name in reversed(names):
            value = self._visit(properties.get(name, others), frozenset())
            member = self._rule([_sequence(_Part(f'{_literal(_dumped(name))} ":" ws'), value)])
            begun = [_sequence(member, later)]
            going = [_sequence(_COMMA, member, later)]
            if name not in required:
                begun, going = [*begun, first], [*going, later]
            first, later = self._rule(begun), self._rule(going)
        return first

    def _bounds(self, flat: dict[str, Any], what: str) -> tuple[int, int | None]:
        """How few and how many of `what`, which is named where it cannot be held to."""
        found: list[int | None] = []
        for name, usual in ((f"min{what}", 0), (f"max{what}", None)):
            value = flat.get(name)
            if value is not None and not (is_finite(value) and 0 <= value <= MOST_REPEATED):
                self._schema.missing.add(name)
                value = None
            found.append(usual if value is None else math.ceil(value) if usual == 0 else math.floor(value))
        least = found[0] or 0
        if found[1] is not None and least > found[1]:
            raise SchemaError(f"its max{what} is below its min{what}")
        return least, found[1]


def _sequence(*parts: _Part) -> _Part:
    return _Part(" ".join(part.text for part in parts), frozenset().union(*(part.needs for part in parts)))


def _repeated(text: str, least: int, most: int | None) -> str:
    return f"{text}*" if (least, most) == (0, None) else f"{text}{{{least},{'' if most is None else most}}}"


def _times(part: _Part, least: int, most: int | None) -> _Part:
    return _Part(_repeated(part.text, least, most), part.needs)


def _dumped(value: Any) -> str:
    """JSON, its characters as they are but for halves of one, which only an escape can hold. Raises ValueError for
    what is no number."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text if text == text.encode("utf-8", "replace").decode() else json.dumps(value, allow_nan=False)


def _literal(text: str) -> str:
    """`text` as GBNF writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
