"""Fitted models as ONNX files that were seen to say the same."""

import re
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .files import Data, plain
from .node import CaromError
from .scoring import scored

#: Rows on which a model and its export are compared.
_COMPARED = 1000
#: How far scores may be apart: one is computed in float64, the other in float32, of about seven digits.
_TOLERANCE = 1e-4


class ExportError(CaromError, ValueError):
    """A model that cannot be exported, or whose export says something else."""


def names_of(model: Any) -> Any:
    """The names of the columns that a scikit-learn model was fitted on; None where it has none."""
    return getattr(model, "feature_names_in_", None)


def exported(model: Any, data: Data, folder: Path) -> str:
    """The model's file or address: as it is where it is one, else an export that agrees with it on the data's first rows."""
    if isinstance(model, (str, PathLike)):
        return str(model)
    path = folder / f"{type(model).__name__}.onnx"
    if type(model).__name__ == "ModelProto":
        path = folder / "model.onnx"
        path.write_bytes(model.SerializeToString())
        return str(path)
    if data.x is None:
        raise ExportError(
            f"invalid data beside a {type(model).__name__}: expected arrays or a frame, by which its export is checked, "
            "got a file; read it, or export the model yourself"
        )
    is_torch = hasattr(model, "state_dict") and hasattr(model, "eval")
    if not is_torch and not (hasattr(model, "predict") and hasattr(model, "classes_")):
        raise ExportError(
            f"invalid model: expected an ONNX file, an address, or a fitted classifier of scikit-learn or PyTorch, "
            f"got {type(model).__name__}; export it to ONNX"
        )
    write, expect = (_write_torch, _expect_torch) if is_torch else (_write_sklearn, _expect_sklearn)
    try:
        write(model, data, path)
    except ImportError as fault:
        raise ExportError(
            f"missing {fault.name}: expected it for the export of {type(model).__name__}, got none; "
            f"pip install 'carom[{'torch' if is_torch else 'sklearn'}]'"
        ) from fault
    except Exception as fault:
        raise ExportError(
            f"invalid {type(model).__name__}: expected a model that can be exported to ONNX, "
            f"got: {_first_line(fault.__cause__ or fault)}; export it yourself and give the file"
        ) from fault
    _require_equal(model, expect(model, data), str(path), data, folder)
    return str(path)


def _first_line(fault: BaseException) -> str:
    lines = [line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", str(fault)).splitlines()]
    return next(filter(None, lines), type(fault).__name__).rstrip(".")


def _require_equal(model: Any, expected: np.ndarray, path: str, data: Data, folder: Path) -> None:
    """An ExportError unless the command reads from the file the scores, and the classes, that the model gives."""
    found = scored(path, data, folder, {}).scores.to_numpy()[: len(expected)]
    (folder / "scores.npy").unlink()
    name = type(model).__name__
    classes = 2 if expected.ndim == 1 else expected.shape[1]
    if found.shape[1] != classes:
        raise ExportError(
            f"invalid export of {name}: expected scores of {classes} classes, got {found.shape[1]}; "
            "give data with rows of every class"
        )
    if expected.ndim == 1:
        # A decision function is the score of the second class; that of the first is 0 in some exports, its opposite in others.
        turned = (found[:, 1] > found[:, 0]) != (expected > 0)
        is_close_call = np.abs(expected) <= _TOLERANCE
        found = found[:, 1]
    else:
        turned = found.argmax(axis=1) != expected.argmax(axis=1)
        is_close_call = np.diff(np.partition(expected, -2, axis=1)[:, -2:], axis=1)[:, 0] <= 2 * _TOLERANCE
    far = np.abs(found - expected) / np.maximum(1, np.abs(expected))
    wrong = far.reshape(len(far), -1).max(axis=1) > _TOLERANCE
    wrong |= turned & ~is_close_call
    if wrong.any():
        raise ExportError(
            f"invalid export of {name}: expected the model's scores to within {_TOLERANCE:g}, got {wrong.sum()} of "
            f"{len(wrong)} rows with others, by up to {far.max():.2g}; export it yourself and give the file"
        )


def _write_sklearn(model: Any, data: Data, path: Path) -> None:
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    if _is_by_column(model):
        numeric = pd.api.types.is_numeric_dtype
        inputs = [
            (name, (FloatTensorType if numeric(data.x[name]) else StringTensorType)([None, 1])) for name in data.x.columns
        ]
    else:
        inputs = [("x", FloatTensorType([None, *np.shape(data.x)[1:]]))]
    path.write_bytes(to_onnx(model, initial_types=inputs).SerializeToString())


def _is_by_column(model: Any) -> bool:
    """Whether some step of the model picks columns by name: its export then has an input for each."""
    parts = [model, *model.get_params(deep=True).values()]
    return names_of(model) is not None and any(type(part).__name__ == "ColumnTransformer" for part in parts)


def _expect_sklearn(model: Any, data: Data) -> np.ndarray:
    """Probabilities, or else the decision function: one column for each class, or one number that decides between two."""
    rows = data.x[:_COMPARED]
    if isinstance(rows, pd.DataFrame):
        rows = rows.astype({name: np.float32 for name in rows.columns if pd.api.types.is_numeric_dtype(rows[name])})
        if names_of(model) is None:
            rows = rows.to_numpy()
    if hasattr(model, "predict_proba"):
        return model.predict_proba(rows)
    return model.decision_function(rows)


def _write_torch(model: Any, data: Data, path: Path) -> None:
    import torch

    rows = torch.from_numpy(plain(data.x)[:2].astype(np.float32))
    batch = torch.export.Dim("batch")
    was_training = model.training
    try:
        torch.onnx.export(
            model.eval(), (rows,), str(path), input_names=["x"], output_names=["scores"], dynamo=True,
            dynamic_shapes=({0: batch},), external_data=False, verbose=False,
        )
    finally:
        model.train(was_training)


def _expect_torch(model: Any, data: Data) -> np.ndarray:
    import torch

    was_training = model.training
    try:
        with torch.no_grad():
            return model.eval()(torch.from_numpy(plain(data.x)[:_COMPARED].astype(np.float32))).cpu().numpy()
    finally:
        model.train(was_training)
