"""Fully connected neural networks with nothing hidden: the equations that are explained are the equations that run.

    from clearprop import MLPClassifier

Everything here is loaded on first use, so that `import clearprop` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0.dev0"

if TYPE_CHECKING:
    from clearprop.derivation.derivations import derive as derive
    from clearprop.derivation.proofs import prove as prove
    from clearprop.estimators.classifier import MLPClassifier as MLPClassifier
    from clearprop.estimators.regressor import MLPRegressor as MLPRegressor
    from clearprop.estimators.tabular.classifier import TabularClassifier as TabularClassifier
    from clearprop.estimators.tabular.cross_validation import cross_validate as cross_validate
    from clearprop.estimators.tabular.learning_rate import learning_rate_report as learning_rate_report
    from clearprop.estimators.tabular.presets import Preset as Preset
    from clearprop.estimators.tabular.regressor import TabularRegressor as TabularRegressor
    from clearprop.estimators.tabular.tuning import tune as tune
    from clearprop.interchange.checking import check_gradient as check_gradient
    from clearprop.interchange.checking import diagnose as diagnose
    from clearprop.interchange.model_file import load as load
    from clearprop.interchange.model_file import save as save
    from clearprop.interchange.working import work as work
    from clearprop.mathematics.equations import backward as backward
    from clearprop.mathematics.equations import forward as forward
    from clearprop.mathematics.network import Network as Network
    from clearprop.mathematics.network import Parameters as Parameters

_HOMES = {
    "MLPClassifier": "estimators.classifier",
    "MLPRegressor": "estimators.regressor",
    "Network": "mathematics.network",
    "Parameters": "mathematics.network",
    "Preset": "estimators.tabular.presets",
    "TabularClassifier": "estimators.tabular.classifier",
    "TabularRegressor": "estimators.tabular.regressor",
    "backward": "mathematics.equations",
    "check_gradient": "interchange.checking",
    "cross_validate": "estimators.tabular.cross_validation",
    "derive": "derivation.derivations",
    "diagnose": "interchange.checking",
    "forward": "mathematics.equations",
    "learning_rate_report": "estimators.tabular.learning_rate",
    "load": "interchange.model_file",
    "prove": "derivation.proofs",
    "report": "report",
    "save": "interchange.model_file",
    "tune": "estimators.tabular.tuning",
    "work": "interchange.working",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'clearprop' has no attribute {name!r}; it has {', '.join(_HOMES)}")
    module = import_module(f"clearprop.{_HOMES[name]}")
    value = module if _HOMES[name] == name else getattr(module, name)  # the package of reports is itself a function
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
