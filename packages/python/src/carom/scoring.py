"""Scores of a model file, as the command reads them."""

from pathlib import Path
from typing import Any, Mapping

import numpy as np
import pandas as pd

from .files import Data
from .flags import flags
from .node import answer
from .results import Rate, Scored


def scored(model: str, data: Data, folder: Path, options: Mapping[str, Any]) -> Scored:
    """Scores of a model file on data in a file."""
    out = folder / "scores.npy"
    found, _ = answer("score", "--model", model, "--data", data.path, "--out", str(out), *flags({**data.options, **options}))
    classes = pd.DataFrame([{"class": each["name"], **each["error"]} for each in found["perClass"]]).set_index("class")
    scores = pd.DataFrame(np.load(out), columns=list(classes.index))
    return Scored(scores, Rate(**found["error"]), classes, [each["sentence"] for each in found["doubts"]])
