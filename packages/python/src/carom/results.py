"""What the verbs return: values and tables, read from the files that a run left."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Rate:
    """A share of n points, with the interval in which it lies with 95 % confidence (Wilson's)."""

    count: int
    n: int
    estimate: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.estimate:.1%} ({self.low:.1%} to {self.high:.1%}, n {self.n})"


@dataclass(frozen=True)
class Audit:
    """An audit that has ended; its folder holds all that the command leaves."""

    folder: Path
    #: The answer in sentences, as the report begins with.
    answer: list[str]
    #: Whether every rule of fail_if was kept; True where none was given.
    passed: bool
    #: All of metrics.json.
    metrics: dict[str, Any] = field(repr=False)

    @property
    def report(self) -> Path:
        """The report, a page that opens offline."""
        return self.folder / "report.html"

    @property
    def clean_error(self) -> Rate:
        """How often the target errs without any attack."""
        return Rate(**next(model for model in self.metrics["models"] if model["role"] == "target")["cleanError"])

    @cached_property
    def budgets(self) -> pd.DataFrame:
        """The target's error at each budget: without attack, under the strongest surrogate's points, and white-box."""
        standings = self.metrics["standings"]
        rows = []
        for i, epsilon in enumerate(self.metrics["asked"]["epsilons"]):
            best = max(standings["ranking"], key=lambda each: each["errors"][i]["estimate"], default=None)
            row = {"epsilon": epsilon, "clean": self.clean_error.estimate}
            if best:
                row |= {"surrogate": best["surrogate"], **_ends("transfer", best["errors"][i])}
            if standings.get("white"):
                row |= _ends("white_box", standings["white"][i])
            rows.append(row)
        return pd.DataFrame(rows).set_index("epsilon")

    @cached_property
    def cells(self) -> pd.DataFrame:
        """A row for each surrogate, attacker, judging model and budget (cells.csv)."""
        return pd.read_csv(self.folder / "cells.csv")

    @cached_property
    def samples(self) -> pd.DataFrame:
        """A row for each point, surrogate, attacker, judging model and budget (samples.csv.gz)."""
        return pd.read_csv(self.folder / "samples.csv.gz")

    @cached_property
    def models(self) -> pd.DataFrame:
        """The target and the surrogates, with their clean errors and gradient sizes S."""
        rows = [
            {
                **{key: model.get(key) for key in ("id", "role", "learner", "complexity")},
                "clean_error": model["cleanError"]["estimate"],
                "S": model.get("gradientSize", {}).get("estimate"),
            }
            for model in self.metrics["models"]
        ]
        return pd.DataFrame(rows).set_index("id")

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{_escaped(sentence)}</p>" for sentence in self.answer)
        return f"{lines}{self.budgets.to_html(float_format='{:.3f}'.format)}<p>{_escaped(str(self.report))}</p>"


@dataclass(frozen=True)
class Fitted:
    """A trained model."""

    path: Path
    learner: str
    options: dict[str, Any]
    training_error: Rate
    #: All that the command says of it.
    result: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Scored:
    """What a model says of data."""

    #: A row for each row of the data, a column for each class.
    scores: pd.DataFrame = field(repr=False)
    error: Rate
    #: Errors of each class.
    classes: pd.DataFrame = field(repr=False)
    #: What is suspicious of the scores, in sentences.
    doubts: list[str]

    @property
    def predicted(self) -> np.ndarray:
        """The class of the largest score of each row, by name."""
        return self.scores.columns.to_numpy()[self.scores.to_numpy().argmax(axis=1)]


def _ends(name: str, interval: dict[str, float]) -> dict[str, float]:
    return {name: interval["estimate"], f"{name}_low": interval["low"], f"{name}_high": interval["high"]}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
