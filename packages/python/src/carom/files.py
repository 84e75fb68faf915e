"""Data as Python has it, written to files as the command reads them."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .node import InputError


@dataclass(frozen=True)
class Data:
    """Data in a file, and what of it is at hand here."""

    path: str
    #: Options by which the command reads the file.
    options: dict[str, Any]
    #: Features, an array or a frame; None where they are in a file of the user's own.
    x: Any = None


def data_file(data: Any, label: str | None, folder: Path, name: str, columns: Any = None) -> Data:
    """The data as a file: as it is where it is one, else written into the folder.

    `columns` are the names that a model was fitted on, in their order; a frame's other columns are then left out.
    """
    if isinstance(data, (str, PathLike)):
        return Data(str(data), {"label": label})
    if isinstance(data, pd.DataFrame):
        if label not in data.columns:
            some = ", ".join(map(str, data.columns[:6]))
            raise InputError(f"missing label: expected label= to name a column of the frame, got {label!r}; it has {some}")
        return _table(data.drop(columns=label), data[label], label, folder / f"{name}.csv", columns)
    if not (isinstance(data, (tuple, list)) and len(data) == 2):
        raise InputError(
            f"invalid data: expected a file, a pair (x, y), or a DataFrame with label=, got {type(data).__name__}; "
            "give (x, y)"
        )
    x, y = data
    if len(x) != len(y) if hasattr(x, "__len__") else x.shape[0] != len(y):
        rows = x.shape[0] if hasattr(x, "shape") else len(x)
        raise InputError(f"invalid data: expected a label for each row of x, got {rows} rows and {len(y)} labels")
    if isinstance(x, pd.DataFrame):
        return _table(x, y, label or getattr(y, "name", None) or "label", folder / f"{name}.csv", columns)
    x, y = plain(x), plain(y)
    if x.dtype == np.float64:
        x = x.astype(np.float32)
    path = folder / f"{name}.npz"
    np.savez(path, x=x, y=y if y.dtype != object else y.astype(str))
    return Data(str(path), {}, x)


def plain(values: Any) -> np.ndarray:
    """An array of anything that is one, PyTorch's tensors among them."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    if hasattr(values, "toarray"):
        raise InputError("invalid x: expected a dense array, got a sparse matrix; write it as .svmlight, or give x.toarray()")
    return np.asarray(values)


def _table(x: pd.DataFrame, y: Any, label: str, path: Path, columns: Any) -> Data:
    """A frame as CSV; truths are written as 0 and 1."""
    if columns is not None:
        lacking = [str(name) for name in columns if name not in x.columns]
        if lacking:
            raise InputError(f"invalid data: expected the columns that the model was fitted on, got none named {lacking[0]}")
        x = x[list(columns)]
    if label in x.columns:
        raise InputError(f"invalid data: expected features without the label, got a column {label} among them; drop it")
    truths = {name: np.int8 for name, kind in x.dtypes.items() if kind == bool}
    x = x.astype(truths).rename(columns=str)
    words = [name for name in x.columns if not pd.api.types.is_numeric_dtype(x[name])]
    x.assign(**{label: np.asarray(y)}).to_csv(path, index=False)
    read = {"label": label, "categorical": ",".join(words) or None, "separator": "comma", "names": "yes"}
    return Data(str(path), read, x)
