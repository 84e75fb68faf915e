"""Options of Python as the command takes them."""

from typing import Any, Mapping

import numpy as np

#: Options that are given once for each value.
_REPEATED = {"set", "grid", "fail_if", "header"}


def flags(options: Mapping[str, Any]) -> list[str]:
    """Options as the command takes them; what is None or False is left out."""
    written: list[str] = []
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if value is None or value is False:
            continue
        if value is True:
            written.append(flag)
        elif name in _REPEATED and isinstance(value, (list, tuple)):
            for each in value:
                written += [flag, text(each)]
        else:
            written += [flag, text(value)]
    return written


def text(value: Any, inside: bool = False) -> str:
    """A value as the command reads it: lists have commas, and brackets inside another value; truths are words."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple, np.ndarray)):
        joined = ",".join(text(each, inside) for each in value)
        return f"[{joined}]" if inside else joined
    return str(value)
