"""Boosted trees of XGBoost, LightGBM and CatBoost."""

import tempfile
from pathlib import Path

import numpy as np
from made import Made, scores_of
from made_by_sklearn import between
from sklearn.datasets import load_iris


def models():
    x, y = load_iris(return_X_y=True)
    x = x.astype(np.float32)
    rows = between(x)

    def converted(convert, model, features, labels):
        from onnxmltools.convert.common.data_types import FloatTensorType

        model.fit(features, labels)
        onnx = convert(model, initial_types=[("x", FloatTensorType([None, features.shape[1]]))], target_opset=15)
        return Made(onnx, rows, scores_of(model, rows))

    def xgboost(**options):
        import xgboost
        from onnxmltools import convert_xgboost

        classes = options.pop("classes", 3)
        chosen = y < classes
        model = xgboost.XGBClassifier(n_estimators=5, max_depth=3, **options)
        return converted(convert_xgboost, model, x[chosen], y[chosen])

    def lightgbm(classes):
        import lightgbm
        from onnxmltools import convert_lightgbm

        chosen = y < classes
        model = lightgbm.LGBMClassifier(n_estimators=5, max_depth=3, verbose=-1)
        return converted(convert_lightgbm, model, x[chosen], y[chosen])

    def catboost(classes):
        from catboost import CatBoostClassifier

        chosen = y < classes
        model = CatBoostClassifier(iterations=5, depth=3, verbose=False, allow_writing_files=False)
        model.fit(x[chosen], y[chosen])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            model.save_model(str(path), format="onnx")
            return Made(path.read_bytes(), rows, scores_of(model, rows))

    yield "xgboost-3", "XGBoost, onnxmltools", xgboost
    yield "xgboost-2", "XGBoost, onnxmltools", lambda: xgboost(classes=2)
    yield "lightgbm-3", "LightGBM, onnxmltools", lambda: lightgbm(3)
    yield "lightgbm-2", "LightGBM, onnxmltools", lambda: lightgbm(2)
    yield "catboost-3", "CatBoost", lambda: catboost(3)
    yield "catboost-2", "CatBoost", lambda: catboost(2)
