"""The verbs of the command, with Python's models and data."""

import tempfile
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Iterator, Mapping

from .export import exported, names_of
from .files import data_file
from .flags import flags, text
from .node import answer
from .results import Audit, Fitted, Rate, Scored
from .scoring import scored


def audit(
    model: Any,
    data: Any,
    *,
    train: Any = None,
    label: str | None = None,
    out: str | PathLike | None = None,
    progress: bool = False,
    **options: Any,
) -> Audit:
    """Trains surrogates on the data (half of it, or `train`), attacks them, and judges the points on the model.

    The run's folder is `out`, else a new one in ./carom-runs. Other keywords are options of `carom audit`: epsilon=[0.5, 1],
    points=200, surrogates=["mlp", "logistic"], fail_if="transfer > 0.20 at 1". A fault of the input is an InputError, a model
    whose export does not agree with it an ExportError.
    """
    with _folder() as folder:
        columns = names_of(model)
        judged = data_file(data, label, folder, "data", columns)
        learnt = None if train is None else data_file(train, label, folder, "train", columns)
        target = exported(model, judged, folder)
        more = {**judged.options, "train": learnt and learnt.path, "out": out, **options}
        found, status = answer(
            "audit", "--target", target, "--data", judged.path, *flags(more), progress=progress
        )
    return Audit(Path(found["folder"]), found["answer"], status == 0, found)


def fit(
    learner: str,
    data: Any,
    out: str | PathLike,
    *,
    label: str | None = None,
    settings: Mapping[str, Any] | None = None,
    **options: Any,
) -> Fitted:
    """Trains one of Carom's learners (`carom fit --list`) and writes it to `out` as ONNX.

    `settings` are the learner's own options, such as {"C": 10}; other keywords are options of `carom fit`: cv=5, seed=1.
    """
    with _folder() as folder:
        read = data_file(data, label, folder, "data")
        settings = [f"{name}={text(value, inside=True)}" for name, value in (settings or {}).items()]
        more = {**read.options, "out": out, **options}
        found, _ = answer("fit", learner, "--data", read.path, *flags({"set": settings}), *flags(more))
    return Fitted(Path(found["out"]), found["learner"], found["options"], Rate(**found["trainingError"]), found)


def score(model: Any, data: Any, *, label: str | None = None, **options: Any) -> Scored:
    """Scores of the model on the data, a column for each class, and its error with an interval."""
    with _folder() as folder:
        read = data_file(data, label, folder, "data", names_of(model))
        return scored(exported(model, read, folder), read, folder, options)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="carom-") as folder:
        yield Path(folder)
