"""CAPGD and CAA beside TabularBench (https://github.com/serval-uni-lu/tabularbench): one table, one network, the same rules.

tables.py make FOLDER              writes a table of loans with relations, its features file and a network trained on it
tables.py theirs FOLDER EPSILON... attacks with TabularBench, whose checkout TABULARBENCH names (with torchattacks and pymoo 0.5.0)
tables.py ours FOLDER EPSILON...   attacks with `carom evade`; CAROM names the command; CAA asks for as many scores as theirs
                                   (then `node bench/peers/tables.mjs FOLDER EPSILON...`: CAPGD without the chain rule)
tables.py judge FOLDER EPSILON...  counts for both: a row is lost where its point obeys every rule and the network errs

The judge is neither side's: it reads bounds, whole numbers, fixed columns, relations and the L2 ball in columns divided by their
ranges from the points that were written. Their classes are used as they are; NumPy's names that pymoo of that age asks for are put back.
"""

import os
import subprocess
import sys

import numpy as np
import torch
from torch import nn

TRAINING, ATTACKED = 2000, 300
# Rows of CAA: their search takes seconds for each.
SEARCHED = 100
# Their search by default: points kept, generations, points tried in each.
SEARCH = dict(population=203, generations=100, offspring=100)
# name, kind, least, greatest, mutable
COLUMNS = [
    ("amount", "int", 1000, 40000, True),
    ("term", "int", 12, 72, False),
    ("rate", "real", 4, 30, True),
    ("interest", "real", 0, 12000, True),
    ("income", "int", 12000, 150000, True),
    ("burden", "real", 0, 4, True),
    ("open", "int", 0, 40, True),
    ("accounts", "int", 0, 80, True),
    ("bankruptcies", "int", 0, 4, True),
    ("records", "int", 0, 8, True),
    ("late", "int", 0, 24, True),
    ("age", "int", 18, 90, False),
]
NAMES = [column[0] for column in COLUMNS]
LOW, HIGH = (np.array([column[k] for column in COLUMNS], np.float32) for k in (2, 3))
WHOLE = np.array([column[1] == "int" for column in COLUMNS])
MUTABLE = np.array([column[4] for column in COLUMNS])
AT = {name: j for j, name in enumerate(NAMES)}
RELATIONS = [
    "interest == amount * rate / 100",
    "burden == amount / income",
    "open <= accounts",
    "bankruptcies <= records",
    "late == 0 or records >= 1",
]


def table(count, random):
    amount = random.integers(1000, 40001, count)
    income = np.clip(np.exp(random.normal(10.7, 0.5, count)), 12000, 150000).round()
    accounts = random.integers(0, 81, count)
    records = np.minimum(random.poisson(0.8, count), 8)
    late = np.where(records > 0, random.integers(0, 25, count), 0)
    rate = np.clip(random.normal(12, 4, count), 4, 30).astype(np.float32)
    columns = {
        "amount": amount,
        "term": random.integers(1, 7, count) * 12,
        "rate": rate,
        "interest": (amount * rate / 100).astype(np.float32),
        "income": income,
        "burden": (amount / income).astype(np.float32),
        "open": (accounts * random.uniform(0, 0.5, count)).astype(int),
        "accounts": accounts,
        "bankruptcies": random.binomial(records, 0.3),
        "records": records,
        "late": late,
        "age": random.integers(18, 91, count),
    }
    x = np.stack([columns[name] for name in NAMES], 1).astype(np.float32)
    u = (x - LOW) / (HIGH - LOW)
    risk = 6 * u[:, AT["burden"]] + 2 * u[:, AT["rate"]] + 2 * u[:, AT["late"]] * (1 + u[:, AT["records"]])
    risk += np.sin(5 * u[:, AT["open"]]) - 1.5 * u[:, AT["income"]] - u[:, AT["age"]] * u[:, AT["term"]]
    risk += random.normal(0, 0.25, count)
    return x, (risk > np.median(risk)).astype(np.int64)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.core = nn.Sequential(nn.Linear(len(NAMES), 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 2))
        self.register_buffer("low", torch.tensor(LOW))
        self.register_buffer("range", torch.tensor(HIGH - LOW))

    def forward(self, x):
        return self.core((x - self.low) / self.range)


def make(folder):
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(0)
    x, y = table(TRAINING + ATTACKED, np.random.default_rng(0))
    network = Network()
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    given, labels = torch.tensor(x[:TRAINING]), torch.tensor(y[:TRAINING])
    for _ in range(100):
        for rows in torch.randperm(TRAINING).split(50):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(given[rows]), labels[rows]).backward()
            optimizer.step()
    network.eval()
    torch.save(network.state_dict(), f"{folder}/network.pt")
    torch.onnx.export(
        *(network, (given[:1],), f"{folder}/network.onnx"),
        **dict(input_names=["x"], output_names=["scores"], dynamic_axes={"x": {0: "n"}, "scores": {0: "n"}}, dynamo=False),
    )
    for name, rows in (("attacked", ATTACKED), ("searched", SEARCHED)):
        with open(f"{folder}/{name}.csv", "w") as file:
            file.write(",".join([*NAMES, "default"]) + "\n")
            for row, label in zip(x[TRAINING : TRAINING + rows], y[TRAINING : TRAINING + rows]):
                file.write(",".join([*(repr(float(value)) for value in row), str(label)]) + "\n")
    with open(f"{folder}/features.yaml", "w") as file:
        file.write("columns:\n")
        for name, kind, low, high, mutable in COLUMNS:
            kind = "integer" if kind == "int" else "real"
            file.write(f"  {name}: {{ kind: {kind}, bounds: [{low}, {high}], scale: {high - low}, mutable: {str(mutable).lower()} }}\n")
        file.write("relations:\n" + "".join(f'  - "{relation}"\n' for relation in RELATIONS))
    np.savez(f"{folder}/rows.npz", x=x[TRAINING:], y=y[TRAINING:])


def read(folder):
    network = Network()
    network.load_state_dict(torch.load(f"{folder}/network.pt"))
    network.eval()
    rows = np.load(f"{folder}/rows.npz")
    return network, rows["x"], rows["y"]


def theirs(folder, budgets):
    for name in ("int", "float", "bool", "object"):
        if name not in np.__dict__:
            setattr(np, name, {"int": int, "float": float, "bool": bool, "object": object}[name])
    np.float_, np.int_, np.Inf = np.float64, np.int64, np.inf
    sys.path.insert(0, os.environ["TABULARBENCH"])
    import joblib
    import pandas as pd
    from tabularbench.attacks.caa.caa import ConstrainedAutoAttack
    from tabularbench.attacks.capgd.capgd import CAPGD
    from tabularbench.constraints.constraints import get_constraints_from_metadata
    from tabularbench.constraints.relation_constraint import Constant, EqualConstraint, Feature, OrConstraint
    from tabularbench.models.tab_scaler import TabScaler

    def of(name):
        return Feature(name)

    # Their tolerances are absolute, and of the rounding of float32.
    relations = [
        EqualConstraint(of("interest"), of("amount") * of("rate") / Constant(100), Constant(0.01)),
        EqualConstraint(of("burden"), of("amount") / of("income"), Constant(1e-5)),
        of("open") <= of("accounts"),
        of("bankruptcies") <= of("records"),
        OrConstraint([EqualConstraint(of("late"), Constant(0)), Constant(1) <= of("records")]),
    ]
    metadata = pd.DataFrame(COLUMNS, columns=["feature", "type", "min", "max", "mutable"])
    constraints = get_constraints_from_metadata(metadata, relations)
    scaler = TabScaler(num_scaler="min_max", one_hot_encode=True).fit_metadata(metadata)
    network, x, y = read(folder)

    class Whole:
        """The network on rows as they are, as the objective wants it."""

        wrapper_model = network.core

        def predict_proba(self, rows):
            with torch.no_grad():
                return network(torch.tensor(np.asarray(rows, np.float32))).softmax(1).numpy()

        __call__ = predict_proba

    whole = Whole()
    given, labels = torch.tensor(x), torch.tensor(y)
    for epsilon in budgets:
        common = dict(norm="L2", eps=epsilon, seed=1)
        search = dict(n_gen=SEARCH["generations"], n_offsprings=SEARCH["offspring"])
        capgd = CAPGD(constraints, scaler, network.core, whole, n_restarts=2, eps_margin=0.01, **common)
        caa = ConstrainedAutoAttack(constraints, constraints, scaler, network.core, whole, n_jobs=1, eps_margin=0.01, **search, **common)
        with joblib.parallel_config(backend="sequential"):
            for name, attack, rows in (("capgd", capgd, ATTACKED), ("caa", caa, SEARCHED)):
                np.save(f"{folder}/theirs-{name}-{epsilon}.npy", attack(given[:rows], labels[:rows]).detach().numpy())
                print(f"theirs, {name}, epsilon {epsilon}: done", flush=True)


def ours(folder, budgets):
    given = ["--model", f"{folder}/network.onnx", "--label", "default"]
    as_theirs = [part for name, value in SEARCH.items() for part in ("--set", f"{name}={value}")]
    for epsilon in budgets:
        for name, rows, options in (("capgd", "attacked", []), ("caa", "searched", as_theirs)):
            out = f"{folder}/ours-{name}-{epsilon}.npz"
            attack = ["--attack", name, "--features", f"{folder}/features.yaml", "--epsilon", str(epsilon)]
            attack += ["--data", f"{folder}/{rows}.csv", "--norm", "l2", "--seed", "1", *options]
            command = [*os.environ["CAROM"].split(), "evade", *given, *attack, "--out", out]
            subprocess.run([*command, "--quiet"], check=True, stdout=subprocess.DEVNULL)
            print(f"ours, {name}, epsilon {epsilon}: done", flush=True)


def obeys(points, x, epsilon):
    """1 for each point that the rules and the ball allow; the error of a definition is that of float32."""
    p = points.astype(np.float64)
    of = {name: p[:, j] for j, name in enumerate(NAMES)}
    kept = np.all((p >= LOW - 1e-6 * (HIGH - LOW)) & (p <= HIGH + 1e-6 * (HIGH - LOW)), 1)
    kept &= np.all(p[:, WHOLE] == np.round(p[:, WHOLE]), 1)
    kept &= np.all(points[:, ~MUTABLE] == x[:, ~MUTABLE], 1)
    kept &= np.abs(of["interest"] - of["amount"] * of["rate"] / 100) <= 0.01
    kept &= np.abs(of["burden"] - of["amount"] / of["income"]) <= 1e-5
    kept &= (of["open"] <= of["accounts"]) & (of["bankruptcies"] <= of["records"])
    kept &= (of["late"] == 0) | (of["records"] >= 1)
    return kept & (np.linalg.norm((p - x) / (HIGH - LOW), axis=1) <= epsilon * (1 + 1e-4))


def judge(folder, budgets):
    network, x, y = read(folder)

    def errs(points):
        with torch.no_grad():
            return network(torch.tensor(points.astype(np.float32))).argmax(1).numpy() != y[: len(points)]

    clean = errs(x)
    print(f"{len(y)} rows, accuracy without attack {1 - clean.mean():.3f}")
    print("| epsilon | attack | rows | theirs, % | ours, % | ours less theirs | theirs broke a rule, % | ours |")
    print("| ------- | ------ | ---- | --------- | ------- | ---------------- | ---------------------- | ---- |")

    def left(file, epsilon):
        """Which rows are still classified right, as numbers, and how many points broke a rule."""
        points = file if isinstance(file, np.ndarray) else file["x"]
        kept = obeys(points, x[: len(points)], epsilon)
        return 1.0 - (clean[: len(points)] | (kept & errs(points))), 1 - kept.mean()

    def gap(ours, theirs):
        difference = ours - theirs
        half = 1.96 * difference.std(ddof=1) / np.sqrt(len(difference))
        return f"{100 * difference.mean():.1f} [{100 * (difference.mean() - half):.1f}, {100 * (difference.mean() + half):.1f}]"

    for epsilon in budgets:
        for name in ("capgd", "caa"):
            theirs, broken = left(np.load(f"{folder}/theirs-{name}-{epsilon}.npy"), epsilon)
            ours, own = left(np.load(f"{folder}/ours-{name}-{epsilon}.npz")["x"][: len(theirs)], epsilon)
            shares = f"{100 * theirs.mean():.1f} | {100 * ours.mean():.1f} | {gap(ours, theirs)}"
            print(f"| {epsilon} | {name} | {len(theirs)} | {shares} | {100 * broken:.1f} | {100 * own:.1f} |")
    for epsilon in budgets:
        if os.path.exists(f"{folder}/without-capgd-{epsilon}.npz"):
            own, other = (left(np.load(f"{folder}/{name}-capgd-{epsilon}.npz"), epsilon)[0] for name in ("with", "without"))
            print(f"epsilon {epsilon}: with the chain rule {100 * own.mean():.1f} %, without {100 * other.mean():.1f} %: {gap(own, other)}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    what, folder, *rest = sys.argv[1:]
    if what == "make":
        make(folder)
    else:
        {"theirs": theirs, "ours": ours, "judge": judge}[what](folder, [float(each) for each in rest])
