"""Running a person's file far enough that its functions exist: definitions first, all of it only where needed."""

import __future__

import ast
import builtins
import functools
import linecache
import pickle
import signal
import sys
import threading
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.running import seeded, told
from clearprop.derivation.submissions.sources import Source
from clearprop.derivation.submissions.stand_ins import Nothing, StandIns

#: Modules whose functions may be called while definitions are run: they compute, and neither read nor wait.
_PLAIN_MODULES = frozenset(
    {"numpy", "torch", "math", "cmath", "random", "functools", "itertools", "collections", "scipy"}
)
_READING = ("load", "read", "open", "fetch", "download", "hub", "genfromtxt", "fromfile", "memmap", "compile")
_PLAIN_BUILTINS = frozenset(
    {"abs", "bool", "dict", "enumerate", "float", "frozenset", "int", "len", "list", "max", "min", "pow", "range"}
    | {"reversed", "round", "set", "slice", "sorted", "str", "sum", "tuple", "type", "zip", "lambda", "object", "super"}
)


class TooLong(BaseException):
    """The top level of a file has had its time; no `except Exception` of its own stops this."""


class Loaded:
    """A person's file, executed.

    Arguments:
        source: its text.
        seconds: how long its top level may run.

    Attributes:
        failures: what its top level raised, in order.
        complete: whether all of it was executed, and not its definitions alone.
    """

    def __init__(self, source: Source, seconds: float) -> None:
        self.source = source
        self.seconds = seconds
        self.failures: list[Message] = []
        self.complete = False
        self.stand_ins = StandIns(source)
        self.module = types.ModuleType(_module_name(source))
        self.module.__file__ = source.path
        vars(self.module)["__builtins__"] = vars(builtins) | _names_of_other_times()
        self.given = set(vars(self.module))
        sys.modules[self.module.__name__] = self.module
        lines = source.text.splitlines(keepends=True)
        linecache.cache[source.path] = (len(source.text), None, lines, source.path)  # `inspect` finds what is run
        self.tree = _without_relative_imports(ast.parse(source.text, source.path))
        self.known = _Known(self.tree)

    def define(self) -> None:
        """Execute imports, constants, functions and classes; what fails is left out and remembered."""
        self._execute([node for node in self.tree.body if _defines(node, self.known)])

    def complete_it(self) -> None:
        """Execute all of the file as Python would, up to what it raises or the end of its time."""
        self.complete = True
        with _limited(self.seconds):
            self._execute(self.tree.body, stop=True)

    def _execute(self, statements: list[ast.stmt], stop: bool = False) -> None:
        flags = __future__.annotations.compiler_flag if "annotations" in self.known.modules else 0
        with seeded():
            for statement in statements:
                code = compile(ast.Module([statement], []), self.source.path, "exec", flags, dont_inherit=True)
                try:
                    exec(code, vars(self.module))  # a person's own file, in its own process
                except TooLong:
                    seconds = f"{self.seconds:g}"
                    self.failures.append(Message("submission.top_level_slow", file=self.source.name, seconds=seconds))
                    return
                except (Exception, SystemExit) as error:
                    self.failures.append(told(error, self.source.name, self.source))
                    if stop:
                        return

    def names(self) -> dict[str, Any]:
        """What the file defines, in order: neither modules, nor what it takes from installed ones, nor stand-ins."""
        found = {name: value for name, value in vars(self.module).items() if name not in self.given}
        return {name: value for name, value in found.items() if self._is_own(value)}

    def _is_own(self, value: Any) -> bool:
        if isinstance(value, types.ModuleType | Nothing):
            return False
        is_code = callable(value) and hasattr(value, "__name__")  # a function or class, and no object of a class
        home = getattr(value, "__module__", None) if is_code else None
        if not isinstance(home, str) or home == self.module.__name__ or self.stand_ins.is_pass(value):
            return True
        return self.stand_ins.is_own(getattr(sys.modules.get(home), "__file__", None))

    def lacks(self, error: BaseException) -> bool:
        """Whether an error is that of a name which the file would have if all of it were executed."""
        return not self.complete and isinstance(error, NameError) and error.name in self.known.assigned


def _module_name(source: Source) -> str:
    stem = Path(source.name).stem
    return (
        stem if stem.isidentifier() and stem not in sys.modules and stem not in sys.stdlib_module_names else "submitted"
    )


def _names_of_other_times() -> dict[str, Any]:
    """Names that Python 2 and notebooks have without import."""
    return {
        "xrange": range,
        "unicode": str,
        "basestring": str,
        "long": int,
        "unichr": chr,
        "raw_input": input,
        "reduce": functools.reduce,
        "cPickle": pickle,
        "get_ipython": Nothing("IPython"),
        "display": Nothing("IPython"),
        "__name__": "submitted",
    }


def _without_relative_imports(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if node.level and node.module is None:  # from . import layers
                node.module, node.level = "__init__", 0
            node.level = 0
    return tree


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise TooLong after some time, where the system can; elsewhere the limit of the process holds."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Known:
    """The names of a file: what it imports, which classes it has, what it assigns anywhere at its top level."""

    def __init__(self, tree: ast.Module) -> None:
        self.modules: dict[str, str] = {}
        self.classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
        self.assigned: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self.modules |= {(name.asname or name.name).partition(".")[0]: name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                self.modules |= {name.asname or name.name: node.module or "" for name in node.names}
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.assigned.add(node.id)

    def is_plain(self, node: ast.expr) -> bool:
        """Whether an expression only computes, so that it can be run for its value."""
        for part in ast.walk(node):
            if isinstance(part, ast.Await | ast.Yield | ast.YieldFrom):
                return False
            if isinstance(part, ast.Call) and not self._is_plain_call(part.func):
                return False
        return True

    def _is_plain_call(self, function: ast.expr) -> bool:
        attributes = []
        while isinstance(function, ast.Attribute):
            attributes.append(function.attr)
            function = function.value
        if not isinstance(function, ast.Name):
            return isinstance(function, ast.Constant | ast.Lambda | ast.Call | ast.Subscript | ast.List)
        if any(word in name.lower() for name in (*attributes, function.id) for word in _READING):
            return False
        module = self.modules.get(function.id)
        if module is not None:
            return module.partition(".")[0] in _PLAIN_MODULES
        return function.id in (self.classes | _PLAIN_BUILTINS) and len(attributes) < 2


def _defines(node: ast.stmt, known: _Known) -> bool:
    """Whether a statement of the top level makes a name without doing work."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return True
        case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.Expr(value=value):
            return known.is_plain(value)
        case ast.AnnAssign(value=value):
            return value is None or known.is_plain(value)
        case ast.If(test=test):
            return not _is_main(test) and known.is_plain(test) and _all_define(node, known)
        case ast.Try() | ast.With():
            return _all_define(node, known)
    return isinstance(node, ast.Pass | ast.Delete | ast.Global)


def _all_define(node: ast.stmt, known: _Known) -> bool:
    bodies = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
    bodies += [handler.body for handler in getattr(node, "handlers", [])]
    return all(_defines(part, known) or isinstance(part, ast.Raise) for body in bodies for part in body)


def _is_main(test: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(test))


def summary(names: Mapping[str, Any]) -> str:
    """The functions and classes of a file with their arguments, for a message: "forward(x), Net(sizes)"."""
    import inspect

    found = []
    for name, value in names.items():
        if callable(value):
            try:
                arguments = ", ".join(inspect.signature(value).parameters)
            except (TypeError, ValueError):
                arguments = "..."
            found.append(f"{name}({arguments})")
    return ", ".join(found[:8]) + (", ..." if len(found) > 8 else "")
