"""Classifiers of scikit-learn as skl2onnx writes them where it is told nothing."""

import numpy as np
from made import Made, scores_of
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import (
    LogisticRegression,
    LogisticRegressionCV,
    PassiveAggressiveClassifier,
    Perceptron,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.mixture import GaussianMixture
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, LinearSVC, NuSVC
from sklearn.tree import DecisionTreeClassifier

LR = LogisticRegression

CLASSIFIERS = {
    "logistic": LR(),
    "logistic-cv": LogisticRegressionCV(cv=3),
    "sgd-log": SGDClassifier(loss="log_loss", random_state=0),
    "sgd-hinge": SGDClassifier(random_state=0),
    "perceptron": Perceptron(),
    "passive-aggressive": PassiveAggressiveClassifier(),
    "ridge": RidgeClassifier(),
    "linear-svc": LinearSVC(),
    "svc-rbf": SVC(gamma=0.3),
    "svc-poly": SVC(kernel="poly", gamma=0.2, coef0=0.5),
    "nu-svc": NuSVC(gamma=0.3),
    "svc-probability": SVC(gamma=0.3, probability=True, random_state=0),
    "mlp-relu": MLPClassifier((12, 6), max_iter=600, random_state=0),
    "mlp-tanh": MLPClassifier((8,), activation="tanh", max_iter=600, random_state=0),
    "mlp-logistic": MLPClassifier((8,), activation="logistic", max_iter=600, random_state=0),
    "lda": LinearDiscriminantAnalysis(),
    "qda": QuadraticDiscriminantAnalysis(),
    "gaussian-nb": GaussianNB(),
    "multinomial-nb": MultinomialNB(),
    "bernoulli-nb": BernoulliNB(binarize=2),
    "gaussian-mixture": GaussianMixture(3, reg_covar=0.5, random_state=0),
    "knn": KNeighborsClassifier(5),
    "knn-distance": KNeighborsClassifier(60, weights="distance"),
    "tree": DecisionTreeClassifier(max_depth=4, random_state=0),
    "random-forest": RandomForestClassifier(10, max_depth=4, random_state=0),
    "extra-trees": ExtraTreesClassifier(10, max_depth=4, random_state=0),
    "gradient-boosting": GradientBoostingClassifier(n_estimators=5, random_state=0),
    "ada-boost": AdaBoostClassifier(n_estimators=5, random_state=0),
    "bagging": BaggingClassifier(LR(), 4, random_state=0),
    "voting-soft": VotingClassifier([("a", LR()), ("b", GaussianNB())], voting="soft", flatten_transform=False),
    "stacking": StackingClassifier([("a", LR()), ("b", MLPClassifier((6,), max_iter=600, random_state=0))]),
    "calibrated-sigmoid": CalibratedClassifierCV(LinearSVC(), cv=3),
    "calibrated-isotonic": CalibratedClassifierCV(LR(), method="isotonic", cv=3),
    "one-vs-rest": OneVsRestClassifier(LR()),
    "one-vs-one": OneVsOneClassifier(LR()),
    "scaled": make_pipeline(StandardScaler(), LR()),
    "min-max": make_pipeline(MinMaxScaler(), LR()),
    "min-max-clipped": make_pipeline(MinMaxScaler(clip=True), LR()),
    "max-abs": make_pipeline(MaxAbsScaler(), LR()),
    "robust": make_pipeline(RobustScaler(), LR()),
    "normalizer": make_pipeline(Normalizer(), LR()),
    "power": make_pipeline(PowerTransformer(), LR()),
    "quantile": make_pipeline(QuantileTransformer(n_quantiles=20), LR()),
    "bins": make_pipeline(KBinsDiscretizer(4, encode="ordinal"), LR()),
    "polynomial": make_pipeline(StandardScaler(), PolynomialFeatures(2), LR()),
    "pca": make_pipeline(PCA(2), LR()),
    "svd": make_pipeline(TruncatedSVD(2), LR()),
    "k-best": make_pipeline(SelectKBest(k=2), LR()),
    "imputer": make_pipeline(SimpleImputer(), LR()),
    "knn-imputer": make_pipeline(KNNImputer(), LR()),
    "union": make_pipeline(make_union(StandardScaler(), PCA(2)), LR()),
    "columns": make_pipeline(ColumnTransformer([("a", StandardScaler(), [0, 1]), ("b", MinMaxScaler(), [2, 3])]), LR()),
}

# Of two classes.
BINARY = {
    "gaussian-process": GaussianProcessClassifier(random_state=0),
    "logistic-2": LR(),
    "svc-rbf-2": SVC(gamma=0.3),
    "mlp-2": MLPClassifier((8,), activation="tanh", max_iter=600, random_state=0),
    "linear-svc-2": LinearSVC(),
    "gradient-boosting-2": GradientBoostingClassifier(n_estimators=5, random_state=0),
}


def between(x):
    """Points between flowers of neighbouring kinds, where no class is certain."""
    return np.stack([0.55 * x[i] + 0.45 * x[j] for i, j in [(3, 60), (20, 93), (55, 110), (70, 140), (77, 133), (83, 120)]])


def models():
    x, y = load_iris(return_X_y=True)
    x = x.astype(np.float32)
    rows = between(x)
    for name, model in (CLASSIFIERS | BINARY).items():

        def make(model=model, chosen=y < (2 if name in BINARY else 3)):
            model.fit(x[chosen], y[chosen])
            return Made(to_onnx(model, x[:1]), rows, scores_of(model, rows))

        yield f"sklearn-{name}", "scikit-learn, skl2onnx", make
