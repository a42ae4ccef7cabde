"""Who takes part: one entry each. The modules are loaded in a process of their own, and only there."""

from benchmarks.accuracy.contenders.base import Classifier
from benchmarks.contenders import Entry, load

__all__ = ["BEST", "CONTENDERS", "DEFAULT", "FAST", "NETWORKS_OF_SCIKIT_LEARN", "OURS", "PEERS", "REALMLP", "make"]

FAST, DEFAULT, BEST = OURS = ("Clearprop fast", "Clearprop default", "Clearprop best")
NETWORKS_OF_SCIKIT_LEARN = ("scikit-learn MLP", "scikit-learn MLP stopped early")
REALMLP = "RealMLP-TD"

CONTENDERS = {
    entry.name: entry
    for entry in (
        *(
            Entry(
                name,
                "clearprop_tables",
                {"preset": name.split()[-1]},
                settings=f'`TabularClassifier(preset="{name.split()[-1]}")` on the data frame as it is.',
            )
            for name in OURS
        ),
        Entry(
            NETWORKS_OF_SCIKIT_LEARN[0],
            "scikit_learn_network",
            settings="`MLPClassifier()` after the usual pipeline: medians in missing numbers and a column that marks "
            "them, `StandardScaler`; missing categories as one of their own, `OneHotEncoder`. At most 200 epochs; one "
            "BLAS thread, with which it is faster.",
        ),
        Entry(
            NETWORKS_OF_SCIKIT_LEARN[1],
            "scikit_learn_network",
            {"early_stopping": True},
            settings="The same with `early_stopping=True`.",
        ),
        Entry(
            "HistGradientBoosting",
            "scikit_learn_trees",
            settings='scikit-learn\'s `HistGradientBoostingClassifier(categorical_features="from_dtype")`: categories '
            "and missing cells natively.",
        ),
        Entry(
            "LightGBM",
            "lightgbm_trees",
            settings="`LGBMClassifier()` with its defaults: categories and missing cells natively.",
        ),
        Entry(
            "CatBoost",
            "catboost_trees",
            settings="`CatBoostClassifier()` with its defaults: categories natively, missing ones as one of their own.",
        ),
        Entry(
            REALMLP,
            "pytabkit_networks",
            settings="`RealMLP_TD_Classifier()` of pytabkit with its defaults, which are tuned for the error: label "
            "smoothing, and the epoch with the least validation error. On the CPU; missing numbers as for "
            "`MLPClassifier`.",
        ),
        Entry(
            f"{REALMLP} for log loss",
            "pytabkit_networks",
            {"use_ls": False, "val_metric_name": "cross_entropy"},
            settings='The same as its authors set it for log loss: `use_ls=False`, `val_metric_name="cross_entropy"`.',
        ),
    )
}
PEERS = tuple(name for name in CONTENDERS if name not in OURS)


def make(name: str, seed: int, n_threads: int) -> Classifier:
    """Load a contender's module and make it; raises `UnavailableError` with the reason."""
    entry = CONTENDERS[name]
    module = load(f"benchmarks.accuracy.contenders.{entry.module}")
    return module.make(seed=seed, n_threads=n_threads, **entry.arguments)
