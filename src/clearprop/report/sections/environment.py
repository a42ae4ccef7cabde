"""The environment: versions, engine, processor, seconds and seed."""

import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import clearprop
from clearprop.derivation.documents.blocks import Content
from clearprop.derivation.messages import Message
from clearprop.report.blocks import Facts, ReportBlock
from clearprop.report.subject import Subject
from clearprop.report.texts import number

_PACKAGES = ("numpy", "scipy", "scikit-learn", "pyarrow")


def environment(subject: Subject) -> Iterator[ReportBlock]:
    """What the model was trained by, and where this report was made."""
    record, estimator = subject.record, subject.view.estimator
    rows: list[tuple[Content, Content]] = [(_name("engine"), str(record.get("engine", "–")))]
    precision = getattr(estimator, "precision", None)
    if precision is not None:
        rows.append((_name("precision"), str(precision)))
    rows.append((_name("seed"), str(getattr(estimator, "random_state", None))))
    if record.get("seconds") is not None:
        rows.append((_name("seconds"), f"{record['seconds']:.1f} s"))
    rows += [
        (_name("clearprop"), clearprop.__version__),
        (_name("python"), f"{platform.python_version()} ({platform.python_implementation()})"),
        (_name("packages"), ", ".join(f"{package} {_version(package)}" for package in _PACKAGES)),
        (_name("system"), f"{platform.system()} {platform.machine()}"),
        (_name("processor"), Message("report_environment.cores", name=processor(), n=number(os.cpu_count() or 1))),
        (_name("made"), datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
    ]
    yield Facts(tuple(rows))


def _name(key: str) -> Message:
    return Message(f"report_environment.{key}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "–"


def processor() -> str:
    """Return the name of the processor, as the system knows it.

    >>> bool(processor())
    True
    """
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # no Linux
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
