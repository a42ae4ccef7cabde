"""Modules that a person's file imports and that are not here: known helpers of courses, or nothing to compute with."""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.sources import Source, decoded

#: Modules that draw, show or count progress: never needed for a gradient, slow to import.
SHOWING = frozenset(
    {
        "matplotlib",
        "mpl_toolkits",
        "pylab",
        "seaborn",
        "plotly",
        "IPython",
        "ipywidgets",
        "tqdm",
        "google",
        "tensorboardX",
        "tkinter",
        "turtle",
        "tensorboard",
        "bokeh",
        "altair",
        "graphviz",
        "pydot",
        "visdom",
        "wandb",
        "public_tests",
    }
)


class MissingModuleError(ImportError):
    """Something of a module that is not here was needed for the computation."""


class Nothing:
    """Stands for anything of a module that draws: every use of it gives itself, and does nothing."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """As a decorator give back what is decorated, as a counter of progress what is counted."""
        return arguments[0] if len(arguments) == 1 and not isinstance(arguments[0], str) else self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __setitem__(self, key: Any, value: Any) -> None: ...

    def __iter__(self) -> Any:
        return iter((self, self))  # figure, axes = plt.subplots()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        """Leave it out of the bases of a class."""
        return ()


class Missing(Nothing):
    """Stands for anything of a module that is not here; using it raises MissingModuleError."""

    def __init__(self, module: str, name: str) -> None:
        super().__init__(name)
        self.module = module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Missing(self.module, f"{self.__name__}.{name}")

    def _fail(self, *_: Any, **__: Any) -> Any:
        raise MissingModuleError(f"{self.__name__} is needed, but there is no module {self.module} beside the file")

    __call__ = __getitem__ = __iter__ = __enter__ = __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = _fail
    __truediv__ = __rtruediv__ = __matmul__ = __rmatmul__ = __neg__ = __float__ = __array__ = __bool__ = __len__ = _fail


class StandIns:
    """Finds modules for a person's file: its neighbours in the folder, and stand-ins for what is missing.

    Arguments:
        source: the file; its folder becomes the first place where modules are looked for.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.folder = Path(source.path).resolve().parent
        self.notes: dict[str, Message] = {}
        sys.path.insert(0, str(self.folder))
        sys.meta_path.insert(0, _Showing(self))
        sys.meta_path.append(_Missing(self))

    def is_own(self, path: str | None) -> bool:
        """Whether a file is the person's: in the folder, and not in an environment within it."""
        if path is None or "site-packages" in path or "dist-packages" in path:
            return False
        return path == self.source.path or self.folder in Path(path).resolve().parents

    def is_pass(self, value: Any) -> bool:
        """Whether a function is a pass or cost that was supplied, and so part of the person's network."""
        helpers = sys.modules.get("clearprop.derivation.submissions.helpers")
        return helpers is not None and value in helpers.PASSES

    def importer(self) -> tuple[str, int] | None:
        """The person's file and line that imports right now; None where something else does."""
        frame = sys._getframe(1)
        while frame is not None:
            path = frame.f_code.co_filename
            if path == self.source.path or (not path.startswith("<") and self.is_own(path)):
                return path, frame.f_lineno
            if not path.startswith("<frozen importlib") and path != __file__:
                return None
            frame = frame.f_back  # type: ignore[assignment]
        return None

    def is_optional(self, place: tuple[str, int]) -> bool:
        """Whether the import on a line is within a `try`, which knows what to do without the module."""
        return place[1] in _tried_lines(self.text_of(place[0]))

    def text_of(self, path: str) -> str:
        """The text of one of the person's files."""
        return self.source.text if path == self.source.path else decoded(Path(path).read_bytes()) or ""


@cache
def _tried_lines(text: str) -> frozenset[int]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return frozenset()
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Try) and node.handlers]
    return frozenset(
        line for body in bodies for part in body for line in range(part.lineno, (part.end_lineno or 0) + 1)
    )


class _Showing:
    """Gives empty modules for those that draw, installed or not."""

    def __init__(self, stand_ins: StandIns) -> None:
        self.stand_ins = stand_ins

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        """Return a module of nothing where the person's file imports one that draws."""
        top = name.partition(".")[0]
        if top not in SHOWING or (top != name and top not in sys.modules):
            return None
        if isinstance(sys.modules.get(top), _Module) or self.stand_ins.importer():
            return importlib.machinery.ModuleSpec(name, _Loader(lambda: _Module(name, Nothing)), is_package=True)
        return None


class _Missing:
    """Gives stand-ins for the modules that nothing else has found."""

    def __init__(self, stand_ins: StandIns) -> None:
        self.stand_ins = stand_ins

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        """Return the neighbour of that last name, the known helpers, or a module that fails when it is used."""
        place = self.stand_ins.importer()
        if place is None or (name.partition(".")[0] in sys.stdlib_module_names):
            return None
        folder = self.stand_ins.folder
        last = name.rpartition(".")[2]
        for candidate in (folder / f"{last}.py", folder.parent / (name.replace(".", "/") + ".py")):
            if candidate.is_file() and str(candidate) != self.stand_ins.source.path:
                return importlib.util.spec_from_file_location(name, candidate)
        if self.stand_ins.is_optional(place):
            return None
        return importlib.machinery.ModuleSpec(name, _Loader(lambda: self._module(name, place[0])), is_package=True)

    def _module(self, name: str, importer: str) -> types.ModuleType:
        from clearprop.derivation.submissions import helpers

        text = self.stand_ins.text_of(importer)
        known = helpers.module_named(name, text)
        if name in helpers.imports_of(text):  # and not only its package
            file = Path(importer).name
            self.stand_ins.notes[name] = (
                Message("submission.stand_in", file=file, module=name, names=", ".join(known))
                if known
                else Message("submission.missing", file=file, module=name)
            )
        module = _Module(name, lambda attribute: Missing(name, attribute))
        vars(module).update(known)
        vars(module)["__all__"] = list(known)
        return module


class _Module(types.ModuleType):
    """A module that has every name."""

    def __init__(self, name: str, make: Any) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__all__: list[str] = []
        self._make = make

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._make(name)


class _Loader(importlib.abc.Loader):
    def __init__(self, make: Any) -> None:
        self.make = make

    def create_module(self, spec: Any) -> types.ModuleType:
        """Return the module."""
        module: types.ModuleType = self.make()
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Leave it as it is."""
