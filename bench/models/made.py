"""What a maker gives: a model file, rows for it, and what the tool that made it says of those rows."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Slopes:
    """What automatic differentiation of another tool gives."""

    gradient: np.ndarray
    """Of the cross-entropy of each point with its label, by that point, in float64."""
    labels: list
    rounding: float
    """The median distance, relative to its norm, of the same tool's gradient in float32."""
    points: np.ndarray
    """The rows, and after them as many points twice, beside each row on either side."""


@dataclass
class Made:
    model: object
    """Bytes, or a ModelProto."""
    rows: np.ndarray
    """As Carom takes them: several inputs side by side, bytes as shares of 255."""
    scores: np.ndarray | None = None
    """Scores or probabilities [N, K] of the original; None where there is no original but the file."""
    options: dict = field(default_factory=dict)
    """Options of the command line that the file needs: inputShape, attackAt, output."""
    slopes: Slopes | None = None


def scores_of(model, rows):
    """Probabilities of a fitted classifier, else its decision function, a column for each class."""
    scores = model.predict_proba(rows) if hasattr(model, "predict_proba") else model.decision_function(rows)
    if scores.ndim > 1:
        return scores
    # Machines are written with both columns, others with that of the second class alone.
    return np.stack([-scores if type(model).__name__.endswith("SVC") and hasattr(model, "support_") else 0 * scores, scores], 1)


def undecided(model, x, count=4):
    """Of points between rows of the data, those at which a fitted classifier is least certain: there slopes are not rounded away."""
    random = np.random.default_rng(0)
    pairs = random.integers(len(x), size=(200, 2))
    rows = (0.55 * x[pairs[:, 0]] + 0.45 * x[pairs[:, 1]]).astype(np.float32)
    ordered = np.sort(scores_of(model, rows), 1)
    return rows[np.argsort(ordered[:, -1] - ordered[:, -2])[:count]]
