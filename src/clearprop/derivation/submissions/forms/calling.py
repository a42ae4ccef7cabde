"""Calling a person's function: what each of its arguments means, told by its name, and what its `return` line names."""

import ast
import inspect
import re
import types
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

#: What an argument is for: the names (lower case, no underscores) that say so.
ROLES: dict[str, frozenset[str]] = {
    role: frozenset(names.split())
    for role, names in {
        "inputs": "x xs inputs input data xbatch batchx features xtrain xi images a0 inputdata trainx samples 输入",
        "targets": "y t ys label labels target targets ytrue ybatch batchy classes ytrain yi truth gt onehoty yonehot "
        "desired expected trainy ydata groundtruth 标签",
        "parameters": "parameters params param weights parametres paramters theta thetas nnparams wb weightsandbiases "
        "parameter paras para p w ws model flatparams allparams",
        "cache": "cache caches activations forwardcache cached memory store stored values outputs activs intermediates "
        "forwardresult fwd acts",
        "output": "al yhat ypred o probs scores out output predictions prediction pred aout yout h probas "
        "yprob outputactivations",
        "penalty": "reg lambd lambda lamda lam lmbda lmd reglambda l2 lamdb regularization regularizationstrength "
        "weightdecay plambda llambda regstrength l2reg l2lambda decay regterm",
        "n_samples": "m n batchsize numexamples nsamples nexamples msamples numsamples",
        "sizes": "dimensions sizes layerdims layersdims layers dims layersizes ndims layerdimensions architecture "
        "structure nnstructure layerssizes nnarchitecture topology netsize layersize dimension",
        "rate": "learningrate lr eta alpha rate stepsize epsilon",
    }.items()
}
_WHOLE = {name: role for role, names in ROLES.items() for name in names}


def role_of(name: str) -> str | None:
    """What an argument of that name is for; None where the name does not say.

    >>> role_of("X_batch"), role_of("lambd"), role_of("AL"), role_of("verbose")
    ('inputs', 'penalty', 'output', None)
    """
    return _WHOLE.get(simplified(name))


def simplified(name: str) -> str:
    """A name in lower case without underscores: `hidden_size`, `hiddenSize` and `HiddenSize` are one."""
    return name.lower().replace("_", "")


class NotBoundError(TypeError):
    """An argument without a default of which nothing is known."""


def arguments_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The arguments that a call may give by place or name; none where the signature is unknown."""
    if isinstance(function, types.MethodType) and isinstance(function.__func__, types.FunctionType):
        return list(_arguments_of(function.__func__)[1:])
    return list(_arguments_of(function) if isinstance(function, types.FunctionType) else _read_arguments(function))


@cache
def _arguments_of(function: types.FunctionType) -> tuple[inspect.Parameter, ...]:
    return _read_arguments(function)


def _read_arguments(function: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return tuple(p for p in found if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))


def roles_in(function: Callable[..., Any]) -> list[str | None]:
    """The roles of a function's arguments, in order."""
    return [role_of(argument.name) for argument in arguments_of(function)]


def call_with(function: Callable[..., Any], known: Mapping[str, Any]) -> Any:
    """Call a function with what is known: by an argument's own name (lower case), else by its role.

    Raises:
        NotBoundError: something without a default is neither named nor known.
    """
    given: dict[str, Any] = {}
    placed: list[Any] = []
    for argument in arguments_of(function):
        value = _value_for(argument, known)
        if value is inspect.Parameter.empty:
            if argument.default is inspect.Parameter.empty:
                raise NotBoundError(argument.name)
        elif argument.kind is argument.POSITIONAL_ONLY:
            placed.append(value)
        else:
            given[argument.name] = value
    return function(*placed, **given)


def _value_for(argument: inspect.Parameter, known: Mapping[str, Any]) -> Any:
    for key in (argument.name.lower(), role_of(argument.name)):
        if key is not None and key in known:
            return known[key]
    return inspect.Parameter.empty


def function_named(tree: ast.AST, name: str, owner: str | None = None) -> ast.FunctionDef | None:
    """The last definition of that name in a source (within a class, where its owner is given)."""
    places: Iterable[ast.AST] = ast.walk(tree)
    if owner is not None:
        owners = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == owner]
        places = owners[-1].body if owners else ()
    found = [node for node in places if isinstance(node, ast.FunctionDef) and node.name == name]
    return found[-1] if found else None


def parsed(source: str) -> ast.Module:
    """The syntax tree of a source; an empty one where it has none."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def returned_names(tree: ast.AST, function: Callable[..., Any]) -> list[str]:
    """What the last `return` line of a function names, "" where an expression has no name; none where unknown."""
    return list(_returned_names(tree, getattr(function, "__qualname__", "")))


@cache
def _returned_names(tree: ast.AST, qualified_name: str) -> tuple[str, ...]:
    path = qualified_name.split(".")
    definition = function_named(tree, path[-1], path[-2] if len(path) > 1 else None)
    returns = [node for node in ast.walk(definition) if isinstance(node, ast.Return)] if definition else []
    if not returns:
        return ()
    value = max(returns, key=lambda node: node.lineno).value
    parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    return tuple(_name_of(part) for part in parts)


def _name_of(node: ast.AST | None) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str() as name)):
            return name
        case _:
            return ""


def mentions(source: str, pattern: str) -> bool:
    """Whether a source has a pattern, apart from its comments."""
    return re.search(pattern, re.sub(r"#.*", "", source), flags=re.IGNORECASE) is not None
