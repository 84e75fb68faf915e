"""Models of scikit-learn and PyTorch: what the command reads from their exports is what they say."""

import unittest
import warnings

import carom
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC

warnings.filterwarnings("ignore")
IRIS_X, IRIS_Y = (each.copy() for each in load_iris(return_X_y=True))
#: Names in another order than that of their numbers, since classes are sorted by name.
FLOWERS = np.array(["setosa", "iris", "virginica"])[IRIS_Y]
CELLS = load_breast_cancer(return_X_y=True)


class SklearnTest(unittest.TestCase):
    def test_classes_and_scores_are_the_models_own(self):
        for x, y, models in (
            (IRIS_X, FLOWERS, [LinearSVC(), make_pipeline(StandardScaler(), SVC())]),
            (*CELLS, [RandomForestClassifier(5, random_state=0), RidgeClassifier()]),
        ):
            x = x.astype(np.float32)
            for model in models:
                with self.subTest(model=model, classes=len(set(y))):
                    model.fit(x, y)
                    found = carom.score(model, (x, y))
                    self.assertEqual(list(found.scores.columns), [str(name) for name in model.classes_])
                    expected = model.predict(x).astype(str)
                    # Of two scores that are equal but for rounding either may be the larger.
                    self.assertLessEqual((found.predicted != expected).sum(), 1)
                    self.assertLessEqual(abs(found.error.count - (expected != y.astype(str)).sum()), 1)
                    self.assertEqual(found.classes["n"].sum(), len(y))

    def test_probabilities_are_those_of_predict_proba(self):
        x = IRIS_X.astype(np.float32)
        model = LogisticRegression(max_iter=500).fit(x, FLOWERS)
        np.testing.assert_allclose(carom.score(model, (x, FLOWERS)).scores, model.predict_proba(x), atol=1e-6)

    def test_an_export_that_says_something_else_is_refused(self):
        x, y = CELLS
        model = LogisticRegression(max_iter=3000).fit(x, y)
        model.predict_proba = lambda rows: LogisticRegression.predict_proba(model, rows)[:, ::-1]
        with self.assertRaisesRegex(carom.ExportError, r"expected the model's scores to within 0.0001, got \d+ of 569 rows"):
            carom.score(model, (x, y))

    def test_what_is_no_classifier_is_refused(self):
        for model in (object(), StandardScaler().fit(IRIS_X)):
            with self.assertRaisesRegex(carom.ExportError, "expected an ONNX file, an address, or a fitted classifier"):
                carom.score(model, (IRIS_X, IRIS_Y))


class FrameTest(unittest.TestCase):
    def setUp(self):
        random = np.random.default_rng(0)
        frame = pd.DataFrame({"age": random.normal(40, 10, 300), "town": random.choice(["Rome", "Oslo, N", "Bern"], 300)})
        frame["member"] = random.random(300) > 0.5
        frame["buys"] = np.where((frame.age > 40) & (frame.town != "Bern"), "yes", "no")
        self.frame = frame

    def test_a_pipeline_meets_its_columns_by_name_in_any_order(self):
        columns = make_column_transformer((StandardScaler(), ["age"]), (OneHotEncoder(), ["town"]))
        model = make_pipeline(columns, LogisticRegression())
        x = self.frame.drop(columns="buys")
        model.fit(x, self.frame.buys)
        wrong = int((model.predict(x) != self.frame.buys).sum())
        for frame in (self.frame, self.frame[["buys", "member", "town", "age"]].assign(more=1.0)):
            self.assertEqual(carom.score(model, frame, label="buys").error.count, wrong)
        self.assertEqual(carom.score(model, (x, self.frame.buys)).error.count, wrong)

    def test_numbers_alone(self):
        x = self.frame[["age", "member"]]
        model = LogisticRegression().fit(x, self.frame.buys)
        wrong = int((model.predict(x) != self.frame.buys).sum())
        self.assertEqual(carom.score(model, self.frame[["member", "buys", "age"]], label="buys").error.count, wrong)

    def test_lacking_columns_are_named(self):
        model = LogisticRegression().fit(self.frame[["age", "member"]], self.frame.buys)
        with self.assertRaisesRegex(carom.InputError, "got none named member"):
            carom.score(model, self.frame[["age", "buys"]], label="buys")
        with self.assertRaisesRegex(carom.InputError, "got 'bought'; it has age"):
            carom.score(model, self.frame, label="bought")
        with self.assertRaisesRegex(carom.InputError, "got 300 rows and 299 labels"):
            carom.score(model, (self.frame[["age", "member"]], self.frame.buys[1:]))


class TorchTest(unittest.TestCase):
    def test_scores_are_the_networks_in_evaluation(self):
        try:
            import onnxscript  # noqa: F401
            import torch
        except ImportError as fault:
            self.skipTest(f"skipped: PyTorch's models; {fault.name} is not installed")
        torch.manual_seed(0)
        images = torch.rand(40, 1, 6, 6)
        layers = [torch.nn.Conv2d(1, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Flatten()]
        net = torch.nn.Sequential(*layers, torch.nn.Linear(48, 3))
        labels = np.arange(40) % 3
        found = carom.score(net, (images, labels))
        self.assertTrue(net.training)
        with torch.no_grad():
            expected = net.eval()(images).numpy()
        np.testing.assert_allclose(found.scores, expected, atol=1e-5)
        self.assertEqual(found.error.count, int((expected.argmax(1) != labels).sum()))


if __name__ == "__main__":
    unittest.main()
