"""SecML's poisoning attacks (CAttackPoisoning*), one job per line of standard input.

The folder holds data.npz: training, validation (x and y each), and start points with their labels. A job {"learner",
"options", "points", "output"} optimises the first start points, last to first, all of them in the training data from
the start; writes where they end to a .npy file and answers with wall and processor seconds, fits and gradients.
"""

import json
import os
import sys
import time
import warnings

import numpy as np
from secml.adv.attacks.poisoning import CAttackPoisoningLogisticRegression, CAttackPoisoningRidge, CAttackPoisoningSVM
from secml.array import CArray
from secml.data import CDataset
from secml.ml.classifiers import CClassifierLogistic, CClassifierRidge, CClassifierSVM
from secml.ml.kernels import CKernelLinear, CKernelRBF

warnings.filterwarnings("ignore")
folder = sys.argv[1]
data = np.load(os.path.join(folder, "data.npz"))
training = CDataset(data["training_x"], data["training_y"])
validation = CDataset(data["validation_x"], data["validation_y"])

# The solver's parameters in SecML's own tutorial on poisoning digits.
tutorial = {"eta": 0.25, "eta_min": 2.0, "eta_max": None, "max_iter": 100, "eps": 1e-6}


def build(learner, options):
    if learner == "ridge":
        return CClassifierRidge(alpha=options["alpha"]), CAttackPoisoningRidge
    if learner == "logistic":
        return CClassifierLogistic(C=options["C"]), CAttackPoisoningLogisticRegression
    kernel = CKernelRBF(gamma=options["gamma"]) if learner == "svm-rbf" else CKernelLinear()
    return CClassifierSVM(C=options["C"], kernel=kernel), CAttackPoisoningSVM


def attack(job):
    classifier, method = build(job["learner"], job["options"])
    classifier.fit(training.X, training.Y)
    counts = {"fits": 0, "gradients": 0}
    poisoning = method(classifier=classifier, training_data=training, val=validation, lb=0, ub=1, distance="l2",
                       dmax=1e20, solver_params=tutorial, random_seed=0)
    kind = type(classifier)
    fit = kind.fit
    gradient = poisoning._gradient_fk_xc

    def counted_fit(self, *args, **kwargs):
        counts["fits"] += 1
        return fit(self, *args, **kwargs)

    def counted_gradient(*args, **kwargs):
        counts["gradients"] += 1
        return gradient(*args, **kwargs)

    kind.fit, poisoning._gradient_fk_xc = counted_fit, counted_gradient
    n = job["points"]
    points, labels = CArray(data["start_x"][:n].copy()), CArray(data["start_y"][:n])
    poisoning.n_points = n
    start, processor = time.perf_counter(), time.process_time()
    for i in reversed(range(n)):
        points[i, :] = poisoning._run(points, labels, idx=i)
    seconds = {"wall": time.perf_counter() - start, "processor": time.process_time() - processor}
    kind.fit = fit
    np.save(job["output"], np.clip(points.tondarray(), 0, 1))
    return {**seconds, **counts}


import secml  # noqa: E402
import sklearn  # noqa: E402

versions = {"SecML": secml.__version__, "scikit-learn": sklearn.__version__, "NumPy": np.__version__}
print(json.dumps({"versions": versions}), flush=True)
for line in sys.stdin:
    print(json.dumps(attack(json.loads(line))), flush=True)
