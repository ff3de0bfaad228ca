"""TOML tables <-> dataclasses: how runs and model folders are read and written."""

from __future__ import annotations

import dataclasses
import sys
import typing
from pathlib import Path
from typing import Any

from eightcount.motion.errors import EightcountError

if sys.version_info >= (3, 11):
    import tomllib
else:  # Python 3.10 has no tomllib yet
    import tomli as tomllib


def read_tables(path: str | Path) -> dict[str, Any]:
    """A TOML file as nested tables.

    Raises:
        EightcountError: ``config-damaged`` with what is wrong in it.
    """
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as fault:
        raise EightcountError(
            "config-damaged", f"The file {path} cannot be used: {fault}.", "Mend it and try again."
        ) from fault


def build(kind: type, table: dict[str, Any]):
    """A (nested) dataclass from a TOML table; lists become tuples.

    Raises:
        EightcountError: ``config-damaged`` for a key that the dataclass does not know.
    """
    fields = {f.name: f for f in dataclasses.fields(kind)}
    unknown = set(table) - set(fields)
    if unknown:
        raise EightcountError(
            "config-damaged",
            f"The settings say {', '.join(sorted(unknown))}, which {kind.__name__} does not know.",
            f"It knows {', '.join(fields)}.",
        )
    values = {}
    for key, value in table.items():
        nested = _nested_kind(kind, fields[key])
        if nested is not None:
            value = build(nested, value)
        elif isinstance(value, list):
            value = tuple(value)
        values[key] = value
    return kind(**values)


def _nested_kind(kind: type, field_: dataclasses.Field) -> type | None:
    """The dataclass that a field holds, if it holds one."""
    hint = typing.get_type_hints(kind)[field_.name]
    return hint if dataclasses.is_dataclass(hint) else None
