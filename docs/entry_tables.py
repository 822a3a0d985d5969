"""What can be entered, as a page: every field of every entry with its type, and the limits, from the very types and
numbers that the server checks with."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec

from holdfast.kernel import limits
from holdfast.web import app
from holdfast.web.acts import ADMIT, Act

Schema = dict[str, Any]


def entries(columns: Any) -> str:
    """One table of all acts; ``columns`` makes a table of a head and rows."""
    acts: list[Act] = sorted((ADMIT, *cast(tuple[Act, ...], app._ACTS)), key=lambda one: one.name)
    shapes = list(dict.fromkeys(one.shape for one in acts))
    made, parts = msgspec.json.schema_components(shapes, ref_template="{name}")
    of_shape = dict(zip(shapes, made, strict=True))
    rows = []
    for act in acts:
        schema = resolved(of_shape[act.shape], parts)
        needed = set(schema.get("required", ()))
        for name, field in schema.get("properties", {}).items():
            if name == "command_id":
                continue
            rows.append(
                (f"`{act.name}`", f"`{name}`", " or ".join(kinds(field, parts)), "yes" if name in needed else "")
            )
    return str(columns(("entry", "field", "what fits", "must be there"), rows))


def resolved(schema: Schema, parts: dict[str, Schema]) -> Schema:
    return resolved(parts[schema["$ref"]], parts) if "$ref" in schema else schema


def kinds(field: Schema, parts: dict[str, Schema]) -> Iterator[str]:
    """What a field takes, in words; the empty text and nothing at all are said only where nothing else is."""
    field = resolved(field, parts)
    if "anyOf" in field:
        for one in field["anyOf"]:
            if one.get("type") != "null":
                yield from kinds(one, parts)
    elif "enum" in field:
        yield "one of " + ", ".join(str(one) or "nothing" for one in field["enum"])
    elif field.get("type") == "array":
        inner = field.get("items") or (field.get("prefixItems") or [{}])[0]
        yield "a list: each " + " or ".join(kinds(inner or {}, parts))
    elif field.get("type") == "object":
        inner = {name: " or ".join(kinds(one, parts)) for name, one in field.get("properties", {}).items()}
        yield "; ".join(f"{name}: {words}" for name, words in inner.items()) or "names with values"
    else:
        yield {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no"}[field["type"]]


def limit_rows(columns: Any) -> str:
    """Name, value and reason of every limit, as they stand in ``kernel/limits.py``."""
    tree = ast.parse(Path(limits.__file__).read_text(encoding="utf-8"))
    rows = []
    for at, node in enumerate(tree.body[:-1]):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            said = tree.body[at + 1]
            assert isinstance(said, ast.Expr), node.targets[0].id
            assert isinstance(said.value, ast.Constant), node.targets[0].id
            value = getattr(limits, node.targets[0].id)
            number = f"{value:,}".replace(",", " ") if isinstance(value, int | float) else str(value)
            rows.append((f"`{node.targets[0].id}`", number, " ".join(str(said.value.value).split())))
    return str(columns(("limit", "value", "reason"), rows))
