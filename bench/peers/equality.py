"""What peers compute on one small data set: numbers that `equality.mjs` holds Carom's against.

python equality.py FOLDER writes net.onnx and peers.json there. Peers that are not installed are left out.
"""

import json
import sys
from pathlib import Path

import numpy as np
import scipy
import scipy.stats
import sklearn
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.svm import SVC

folder = Path(sys.argv[1])
x, y = load_breast_cancer(return_X_y=True)
# In the middle half of the box, so that attacks of the sizes below meet its walls nowhere.
x = (0.25 + 0.5 * (x - x.min(0)) / (x.max(0) - x.min(0))).astype(np.float32).astype(np.float64)
found = {"x": x.tolist(), "y": y.tolist(), "versions": {"scikit-learn": sklearn.__version__, "SciPy": scipy.__version__}, "learners": [], "tests": []}

tight = {"tol": 1e-10, "max_iter": 1_000_000}
learners = [
    ("logistic", {"C": 1, "tolerance": 1e-10}, LogisticRegression(C=1, solver="newton-cholesky", **tight)),
    ("logistic", {"C": 100, "tolerance": 1e-10}, LogisticRegression(C=100, solver="newton-cholesky", **tight)),
    ("ridge", {"alpha": 1}, RidgeClassifier(alpha=1, solver="cholesky")),
    ("svm-linear", {"C": 1, "tolerance": 1e-8}, SVC(C=1, kernel="linear", **tight)),
    ("svm-rbf", {"C": 1, "gamma": 1, "tolerance": 1e-8}, SVC(C=1, gamma=1, **tight)),
]
for name, options, model in learners:
    scores = model.fit(x, y).decision_function(x)
    found["learners"].append({"learner": name, "options": options, "scores": scores.tolist()})

try:
    import secml
    from secml.array import CArray
    from secml.ml.classifiers import CClassifierRidge, CClassifierSVM
    from secml.ml.kernels import CKernelRBF

    found["versions"]["SecML"] = secml.__version__
    found["functions"] = []
    for name, options, model in [
        ("ridge", {"alpha": 1}, CClassifierRidge(alpha=1)),
        ("svm-linear", {"C": 1, "tolerance": 1e-8}, CClassifierSVM(C=1)),
        ("svm-rbf", {"C": 1, "gamma": 1, "tolerance": 1e-8}, CClassifierSVM(C=1, kernel=CKernelRBF(gamma=1))),
    ]:
        model.fit(CArray(x), CArray(y))
        scores = model.decision_function(CArray(x), y=1).tondarray().ravel()
        slopes = [model.grad_f_x(CArray(row), y=1).tondarray().ravel().tolist() for row in x[:50]]
        found["functions"].append({"learner": name, "options": options, "scores": scores.tolist(), "gradient": slopes})
except ImportError:
    pass

for a, b in [(0, 1), (0, 4), (9, 18), (11, 20)]:
    p, q = x[:60, a], x[:60, b]
    line = scipy.stats.linregress(p, q)
    wilcoxon = scipy.stats.wilcoxon(p - q)
    wins = int((p > q).sum())
    found["tests"].append({
        "x": p.tolist(),
        "y": q.tolist(),
        "pearson": [float(v) for v in scipy.stats.pearsonr(p, q)],
        "spearman": [float(v) for v in scipy.stats.spearmanr(p, q)],
        "kendall": [float(v) for v in scipy.stats.kendalltau(p, q)],
        "wilcoxon": float(wilcoxon.pvalue),
        "sign": float(scipy.stats.binomtest(wins, int((p != q).sum())).pvalue),
        "line": [float(line.slope), float(line.intercept)],
    })

try:
    import torch
    from torch import nn

    torch.manual_seed(0)
    torch.set_num_threads(1)
    net = nn.Sequential(nn.Linear(30, 16), nn.Tanh(), nn.Linear(16, 2))
    rows, labels = torch.tensor(x, dtype=torch.float32), torch.tensor(y)
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    for _ in range(300):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(rows), labels).backward()
        optimizer.step()
    net.eval()
    dynamic = ({0: torch.export.Dim("batch")},)
    out = str(folder / "net.onnx")
    torch.onnx.export(net, (rows[:2],), out, dynamo=True, dynamic_shapes=dynamic, external_data=False, verbose=False)
    exact = nn.Sequential(nn.Linear(30, 16), nn.Tanh(), nn.Linear(16, 2)).double()
    exact.load_state_dict(net.state_dict())
    point = torch.tensor(x, requires_grad=True)
    scores = exact(point)
    (gradient,) = torch.autograd.grad(nn.functional.cross_entropy(scores, labels, reduction="sum"), point)
    found["versions"]["PyTorch"] = torch.__version__
    found["network"] = {"scores": scores.tolist(), "gradient": gradient.tolist()}
except ImportError:
    net = None

N, STEPS = 100, 20
attacks = [("l2", 0.2), ("linf", 0.03)]
found["attacks"] = []


def crafted(peer, what, norm, epsilon, steps, step, points):
    job = {"peer": peer, "what": what, "norm": norm, "epsilon": epsilon, "steps": steps, "stepSize": step}
    found["attacks"].append({**job, "points": np.asarray(points, dtype=np.float64).tolist()})


def ascended(norm, epsilon, steps, step):
    """The same steps in float64, which tells whose rounding the differences are."""
    origin = torch.tensor(x[:N])
    point = origin.clone()
    for _ in range(steps):
        point.requires_grad_(True)
        loss = nn.functional.cross_entropy(exact(point), labels[:N], reduction="sum")
        (gradient,) = torch.autograd.grad(loss, point)
        unit = gradient / gradient.norm(dim=1, keepdim=True) if norm == "l2" else gradient.sign()
        move = point.detach() + step * epsilon * unit - origin
        if norm == "l2":
            move = move * (epsilon / move.norm(dim=1, keepdim=True)).clamp_max(1)
        point = (origin + move.clamp(-epsilon, epsilon)).clamp(0, 1)
    return point.numpy()


if net is not None:
    for norm, epsilon in attacks:
        for what, steps, step in [("fast gradient", 1, 1.0), ("PGD", STEPS, 0.125)]:
            crafted("PyTorch, float64", what, norm, epsilon, steps, step, ascended(norm, epsilon, steps, step))

try:
    import foolbox

    if net is not None:
        found["versions"]["Foolbox"] = foolbox.__version__
        model = foolbox.PyTorchModel(net, bounds=(0, 1), device="cpu")
        kinds = foolbox.attacks
        for norm, epsilon in attacks:
            one, many = (kinds.FGM, kinds.L2PGD) if norm == "l2" else (kinds.FGSM, kinds.LinfPGD)
            for what, steps, step, method in [
                ("fast gradient", 1, 1.0, one(random_start=False)),
                ("PGD", STEPS, 0.125, many(steps=STEPS, abs_stepsize=0.125 * epsilon, random_start=False)),
            ]:
                _, points, _ = method(model, rows[:N], labels[:N], epsilons=epsilon)
                crafted("Foolbox", what, norm, epsilon, steps, step, points.detach().numpy())
except ImportError:
    pass

try:
    import art
    from art.attacks.evasion import FastGradientMethod, ProjectedGradientDescentPyTorch
    from art.estimators.classification import PyTorchClassifier

    if net is not None:
        found["versions"]["ART"] = art.__version__
        loss = nn.CrossEntropyLoss()
        model = PyTorchClassifier(
            model=net, loss=loss, input_shape=(30,), nb_classes=2, clip_values=(0, 1), device_type="cpu"
        )
        for norm, epsilon in attacks:
            p = 2 if norm == "l2" else np.inf
            one = FastGradientMethod(model, norm=p, eps=epsilon, batch_size=N)
            step = 0.125 * epsilon
            many = ProjectedGradientDescentPyTorch(
                model, norm=p, eps=epsilon, eps_step=step, max_iter=STEPS, batch_size=N, verbose=False
            )
            for what, steps, step, method in [("fast gradient", 1, 1.0, one), ("PGD", STEPS, 0.125, many)]:
                points = method.generate(x[:N].astype(np.float32), np.eye(2)[y[:N]])
                crafted("ART", what, norm, epsilon, steps, step, points)
except ImportError:
    pass

(folder / "peers.json").write_text(json.dumps(found))
