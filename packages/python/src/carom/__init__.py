"""How well do adversarial attacks transfer to your model, and why.

    audit(model, data, ...)    surrogates are trained and attacked, and the points judged on the model
    fit(learner, data, ...)    one of Carom's learners, as an ONNX file
    score(model, data, ...)    what a model says of data, and its error with an interval

A model is an ONNX file, the address of a service, an onnx.ModelProto, or a fitted scikit-learn or PyTorch classifier. Data is a
file, a pair (x, y), or a DataFrame with label="COLUMN". All other keywords are options of the command `carom` of the same
verb: points=100 is --points 100, epsilon=[0.5, 1] is --epsilon 0.5,1.
"""

from .export import ExportError
from .node import CaromError, InputError
from .results import Audit, Fitted, Rate, Scored
from .verbs import audit, fit, score

__all__ = ["audit", "fit", "score", "Audit", "Fitted", "Scored", "Rate", "CaromError", "InputError", "ExportError"]
