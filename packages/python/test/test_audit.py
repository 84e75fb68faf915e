"""Audits and training: what is returned is what the run's files hold, and a fault is the command's own sentence."""

import json
import os
import tempfile
import unittest
from pathlib import Path

import carom
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression


class AuditTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        x, y = load_digits(n_class=3, return_X_y=True)
        cls.x, cls.y = (x / 16).astype(np.float32), y
        cls.model = LogisticRegression(max_iter=500).fit(cls.x, y)
        asked = dict(epsilon=[0.5, 2], points=40, surrogates=["logistic"], attackers="none", seed=3)
        rules = ["transfer > 0.01 at 2", "clean > 0.9"]
        cls.audit = carom.audit(cls.model, (cls.x, y), out=cls.folder / "run", fail_if=rules, **asked)

    def test_tables_are_those_of_the_run(self):
        cells = self.audit.cells
        best = cells[(cells.target == "target") & (cells.surrogate != "target")].groupby("budget").error_under_attack.max()
        np.testing.assert_allclose(self.audit.budgets.transfer, best)
        white = cells[(cells.target == "target") & (cells.surrogate == "target")].set_index("budget").error_under_attack
        np.testing.assert_allclose(self.audit.budgets.white_box, white)
        self.assertGreater(white[2], white[0.5])
        self.assertEqual(self.audit.metrics["cells"], json.loads((self.folder / "run/metrics.json").read_text())["cells"])
        self.assertEqual(len(self.audit.samples), 40 * len(cells))
        self.assertEqual(self.audit.models.loc["target", "clean_error"], self.audit.clean_error.estimate)
        self.assertIn(self.audit.answer[0][:30], self.audit.report.read_text())

    def test_a_gate_that_fails_is_told_and_not_raised(self):
        self.assertFalse(self.audit.passed)
        self.assertIn("<failure", (self.folder / "run/junit.xml").read_text())

    def test_a_fault_is_one_sentence_and_leaves_nothing(self):
        with self.assertRaisesRegex(carom.InputError, r'^unknown learner "logistik": .*did you mean "logistic"\?$'):
            carom.audit(self.model, (self.x, self.y), epsilon=1, surrogates="logistik", out=self.folder / "other")
        self.assertFalse((self.folder / "other").exists())
        with self.assertRaisesRegex(carom.InputError, '^unknown option of carom score "--epsilom"'):
            carom.score(self.model, (self.x, self.y), epsilom=1)

    def test_a_learner_of_caroms_own(self):
        out = self.folder / "mlp.onnx"
        fitted = carom.fit("mlp", (self.x, self.y), out, settings={"widths": [6], "epochs": 5}, seed=1)
        self.assertEqual(fitted.options["widths"], [6])
        again = carom.score(fitted.path, (self.x, self.y))
        self.assertEqual(again.error, fitted.training_error)


class NodeTest(unittest.TestCase):
    """Which Node runs the command, and the sentence where none does."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.environ["PATH"]
        os.environ["PATH"] = self.folder.name
        self.addCleanup(os.environ.update, PATH=self.path)
        self.carried = carom.node._carried
        carom.node._carried = lambda: None
        self.addCleanup(setattr, carom.node, "_carried", self.carried)

    def test_none(self):
        with self.assertRaisesRegex(carom.InputError, "^missing Node: expected Node 20.19 or newer, got none on PATH; pip"):
            carom.node.node()

    @unittest.skipIf(os.name == "nt", "a script stands in for Node")
    def test_an_old_one(self):
        for version, is_taken in (("v18.20.4", False), ("v20.18.9", False), ("v20.19.0", True), ("v101.0.0", True)):
            script = Path(self.folder.name) / "node"
            script.write_text(f"#!/bin/sh\necho {version}\n")
            script.chmod(0o755)
            if is_taken:
                self.assertEqual(carom.node.node(), str(script))
            else:
                with self.assertRaisesRegex(carom.InputError, f"expected Node 20.19 or newer, got {version}; pip"):
                    carom.node.node()


if __name__ == "__main__":
    unittest.main()
