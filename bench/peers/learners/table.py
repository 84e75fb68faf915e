"""The peers of table.mjs: scikit-learn's learner of the same objective, timed on request (one JSON line each).

python table.py DATA [scikit-learn | intelex]; the latter is Intel's build of the same learners.
"""

import gzip
import json
import os
import resource
import sys
import time
from pathlib import Path

if sys.argv[2:] == ["intelex"]:
    from sklearnex import patch_sklearn

    patch_sklearn(verbose=False)

import numpy as np  # noqa: E402
from sklearn.ensemble import RandomForestClassifier  # noqa: E402
from sklearn.linear_model import LogisticRegression, RidgeClassifier  # noqa: E402
from sklearn.svm import SVC  # noqa: E402

folder = Path(sys.argv[1]) / "mnist"
images = gzip.open(folder / "mnist89-train-images-idx3-ubyte.gz").read()
labels = gzip.open(folder / "mnist89-train-labels-idx1-ubyte.gz").read()
x = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / np.float32(255)
x = x.astype(float)
y = np.frombuffer(labels, np.uint8, offset=8).astype(int) * 2 - 17


def learner(name, options, n):
    if name == "svm-linear":
        return SVC(kernel="linear", C=options["C"], tol=options["tolerance"], cache_size=512)
    if name == "svm-rbf":
        return SVC(C=options["C"], gamma=options["gamma"], tol=options["tolerance"], cache_size=512)
    if name == "logistic":
        # Of the mean loss and the penalty divided by C n; by default both would stop short.
        return LogisticRegression(C=options["C"], tol=1e-4 / (options["C"] * n), max_iter=100_000)
    if name == "forest":
        jobs = int(os.environ["OMP_NUM_THREADS"])
        return RandomForestClassifier(options["trees"], max_depth=options["depth"], n_jobs=jobs, random_state=0)
    return RidgeClassifier(alpha=options["alpha"])


def objective(name, options, model, x, y):
    if name == "forest":
        return None
    f = model.decision_function(x)
    if name.startswith("svm"):
        quadratic = np.ravel(model.dual_coef_) @ (f[model.support_] - np.ravel(model.intercept_)[0])
        return quadratic / 2 + options["C"] * np.maximum(0, 1 - y * f).sum()
    penalty = (model.coef_**2).sum()
    if name == "logistic":
        return penalty / 2 + options["C"] * np.logaddexp(0, -y * f).sum()
    return ((f - y) ** 2).sum() + options["alpha"] * penalty


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# Resident pages, 4 kB each.
memory = int(Path("/proc/self/statm").read_text().split()[1]) / 256
print("ready", flush=True)
for line in sys.stdin:
    request = json.loads(line)
    n, name, options = request["n"], request["learner"], request["options"]
    model = learner(name, options, n)
    start, cpu = time.perf_counter(), time.process_time()
    model.fit(x[:n], y[:n])
    times = {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    at_peak = peak()
    value = objective(name, options, model, x[:n], y[:n])
    print(json.dumps({**times, "objective": value, "memory": memory, "peak": at_peak}), flush=True)
