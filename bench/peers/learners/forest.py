"""scikit-learn's random forest on digits 8 and 9 of MNIST: fits of the first n training rows, to be timed."""

import gzip
import os
import sys
from pathlib import Path

import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier

sys.path.insert(0, str(Path(__file__).parent.parent))
from worker import serve, threads  # noqa: E402

folder = Path(os.environ["CAROM_DATA"]) / "mnist"


def idx(name):
    raw = gzip.open(folder / name).read()
    sizes = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(sizes[0], -1)


images = idx("mnist89-train-images-idx3-ubyte.gz")
labels = idx("mnist89-train-labels-idx1-ubyte.gz").ravel()


def fit(n, trees, depth):
    def prepare():
        x, y = images[:n] / 255, labels[:n]
        return lambda: RandomForestClassifier(trees, max_depth=depth, n_jobs=threads(), random_state=0).fit(x, y)

    return prepare


jobs = {f"{n}:{trees}:{depth}": fit(n, trees, depth) for n in (1000, 5900, 11800) for trees, depth in
        ((100, None), (100, 6), (30, None), (30, 8))}  # fmt: skip
serve(jobs, {"scikit-learn": sklearn.__version__, "numpy": np.__version__})
