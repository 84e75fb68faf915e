"""Pipelines of scikit-learn with named columns of a table, and inputs and heads as exporters of pipelines write them."""

import numpy as np
from made import Made, scores_of, undecided
from skl2onnx import convert_sklearn, to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.decomposition import PCA, KernelPCA, TruncatedSVD
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB, GaussianNB
from sklearn.neighbors import NeighborhoodComponentsAnalysis
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    PowerTransformer,
    StandardScaler,
)
from sklearn.svm import SVC

LR = lambda: LogisticRegression(max_iter=500)


def columns(*steps):
    """Named columns of the wine data, each an input of its own."""
    import pandas as pd

    data = load_wine(as_frame=True)
    names = ["alcohol", "malic_acid", "ash", "hue"]
    table = data.data[names].astype(np.float32)
    model = make_pipeline(ColumnTransformer(list(steps)), LR()).fit(table, data.target)
    rows = 0.55 * table.values[[3, 20, 70, 100]] + 0.45 * table.values[[70, 75, 140, 150]]
    rows = rows.astype(np.float32)
    onnx = to_onnx(model, table[:1])
    return Made(onnx, rows, scores_of(model, pd.DataFrame(rows, columns=names)))


def categories():
    """A column of whole numbers, written as indicators, beside two of real ones."""
    import pandas as pd

    x, y = load_iris(return_X_y=True)
    table = pd.DataFrame({"kind": (x[:, 0] > 5.8).astype(np.int64), "length": x[:, 2].astype(np.float32), "width": x[:, 3].astype(np.float32)})
    steps = [("one", OneHotEncoder(), ["kind"]), ("scaled", StandardScaler(), ["length", "width"])]
    model = make_pipeline(ColumnTransformer(steps), LR()).fit(table, y)
    kinds = [("kind", Int64TensorType([None, 1])), ("length", FloatTensorType([None, 1])), ("width", FloatTensorType([None, 1]))]
    onnx = convert_sklearn(model, initial_types=kinds)
    chosen = table.iloc[[3, 60, 70, 120]]
    return Made(onnx, chosen.values.astype(np.float32), scores_of(model, chosen))


def models():
    source = "scikit-learn pipelines, skl2onnx"
    scaled, squeezed = ("a", StandardScaler(), ["alcohol", "ash"]), ("b", MinMaxScaler(), ["malic_acid", "hue"])
    yield "pipeline-columns", source, lambda: columns(scaled, squeezed)
    yield "pipeline-columns-power", source, lambda: columns(("p", PowerTransformer(), ["alcohol", "malic_acid"]), ("b", "passthrough", ["hue"]))
    yield "pipeline-columns-impute", source, lambda: columns(("i", make_pipeline(SimpleImputer(), StandardScaler()), ["alcohol", "ash", "hue"]))
    yield "pipeline-columns-bins", source, lambda: columns(("i", KBinsDiscretizer(3, encode="ordinal"), ["alcohol", "ash"]), squeezed)
    yield "pipeline-categories", source, categories
    pipelines = {
        "power-mlp": (make_pipeline(PowerTransformer(), MLPClassifier((8,), max_iter=500, random_state=0)), load_wine),
        "box-cox": (make_pipeline(PowerTransformer("box-cox"), LR()), load_iris),
        "pca-svc": (make_pipeline(StandardScaler(), PCA(5), SVC(gamma=0.1, probability=True, random_state=0)), load_wine),
        "poly-pca": (make_pipeline(StandardScaler(), PolynomialFeatures(2), PCA(10), LR()), load_wine),
        "kernel-pca": (make_pipeline(StandardScaler(), KernelPCA(4, kernel="rbf", gamma=0.05), LR()), load_wine),
        "whitened": (make_pipeline(StandardScaler(), PCA(4, whiten=True), GaussianNB()), load_wine),
        "logs": (make_pipeline(FunctionTransformer(), StandardScaler(), LR()), load_wine),
        "complement-nb": (make_pipeline(MinMaxScaler(), ComplementNB()), load_wine),
        "nca": (make_pipeline(StandardScaler(), NeighborhoodComponentsAnalysis(2, random_state=0), LR()), load_wine),
        "calibrated-svc": (CalibratedClassifierCV(make_pipeline(StandardScaler(), SVC(gamma=0.1)), cv=2, ensemble=False), load_wine),
        "stacked-forest": (StackingClassifier([("f", RandomForestClassifier(5, max_depth=3, random_state=0)), ("l", make_pipeline(StandardScaler(), LR()))], cv=2), load_wine),
        "voting-forest": (VotingClassifier([("f", RandomForestClassifier(5, max_depth=3, random_state=0)), ("l", make_pipeline(StandardScaler(), LR()))], voting="soft", flatten_transform=False), load_wine),
        "voting-hard": (VotingClassifier([("f", GaussianNB()), ("l", make_pipeline(StandardScaler(), LR()))], voting="hard", flatten_transform=False), load_wine),
        "cancer-svd": (make_pipeline(StandardScaler(), TruncatedSVD(6), LR()), load_breast_cancer),
        "cancer-mlp": (make_pipeline(StandardScaler(), MLPClassifier((10, 5), activation="tanh", max_iter=300, random_state=0)), load_breast_cancer),
        "digits-mlp": (make_pipeline(MinMaxScaler(), MLPClassifier((32,), max_iter=60, random_state=0)), load_digits),
        "digits-svc": (SVC(gamma=0.001), load_digits),
    }
    for name, (model, load) in pipelines.items():

        def make(model=model, load=load):
            x, y = load(return_X_y=True)
            x = x.astype(np.float32)
            model.fit(x, y)
            if getattr(model, "voting", "") == "hard":
                return Made(to_onnx(model, x[:1]), x[::40])
            rows = undecided(model, x)
            return Made(to_onnx(model, x[:1]), rows, scores_of(model, rows))

        yield f"pipeline-{name}", source, make

    def double():
        x, y = load_wine(return_X_y=True)
        model = make_pipeline(StandardScaler(), LR()).fit(x, y)
        rows = (0.55 * x[:4] + 0.45 * x[-4:]).astype(np.float32)
        onnx = convert_sklearn(model, initial_types=[("x", DoubleTensorType([None, 13]))])
        return Made(onnx, rows, scores_of(model, rows))

    def fixed(batch):
        x, y = load_wine(return_X_y=True)
        model = make_pipeline(StandardScaler(), LR()).fit(x, y)
        rows = (0.55 * x[:4] + 0.45 * x[-4:]).astype(np.float32)
        return Made(convert_sklearn(model, initial_types=[("x", FloatTensorType([batch, 13]))]), rows, scores_of(model, rows))

    def whole():
        x, y = load_digits(return_X_y=True)
        model = LR().fit(x, y)
        onnx = convert_sklearn(model, initial_types=[("x", Int64TensorType([None, 64]))])
        return Made(onnx, x[:4].astype(np.float32), scores_of(model, x[:4]))

    def plain():
        x, y = load_breast_cancer(return_X_y=True)
        model = make_pipeline(StandardScaler(), LR()).fit(x, y)
        rows = (0.55 * x[:4] + 0.45 * x[-4:]).astype(np.float32)
        raw = {"zipmap": False, "raw_scores": True}
        onnx = to_onnx(model, x[:1].astype(np.float32), options={"logisticregression": raw})
        scores = model.decision_function(rows)
        # Both columns are written: minus the score, and the score.
        return Made(onnx, rows, np.stack([-scores, scores], 1))

    yield "pipeline-double", source, double
    yield "pipeline-batch-1", source, lambda: fixed(1)
    yield "pipeline-batch-3", source, lambda: fixed(3)
    yield "pipeline-int64", source, whole
    yield "pipeline-raw-scores", source, plain
