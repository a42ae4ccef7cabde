"""`derive`: any gradient of any network, a line at a time, in three forms, every line verified before it is shown."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from clearprop.derivation.calculus.activation_derivatives import write_activation_derivative
from clearprop.derivation.calculus.output_layer import write_output_error
from clearprop.derivation.calculus.softmax import write_softmax_jacobian, write_softmax_shift
from clearprop.derivation.checking.engine_numbers import engine_gradient
from clearprop.derivation.checking.verification import DerivationError, Verifier, free_indices
from clearprop.derivation.documents.blocks import SHAPES, Block, Document, Step, Steps
from clearprop.derivation.documents.presented import Presented
from clearprop.derivation.documents.programs import (
    MOST_IN_CODE,
    formula_facts,
    layer_imports,
    network_code,
    network_facts,
)
from clearprop.derivation.expressions import Expression, Partial, Quantity
from clearprop.derivation.forms.batch_form import BatchForm
from clearprop.derivation.forms.chapters import (
    write_bridge,
    write_cost,
    write_output_symbols,
    write_short,
    write_summary,
    write_symbols,
    write_update,
    write_vanishing,
    write_verification,
)
from clearprop.derivation.forms.index_form import FROM, HERE, MOST_NESTED, IndexForm
from clearprop.derivation.forms.layer_form import LayerForm, write_inputs, write_mixture_slope
from clearprop.derivation.forms.vector_form import VectorForm, expanded, picked
from clearprop.derivation.layer_arrays import made_layer
from clearprop.derivation.messages import Message, catalog, check_language
from clearprop.derivation.printing.unicode import to_unicode
from clearprop.derivation.quantities import Target, check_network, target
from clearprop.derivation.symbols import SAMPLE, At, E, Symbols
from clearprop.derivation.writer import Writer
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.network import Network

FORMS = ("index", "vector", "batch")
#: A network with more parameters than this is not derived entry by entry: its evaluation to 130 digits takes too long.
MOST_PARAMETERS = 250_000


@dataclass(frozen=True)
class Derivation(Presented):
    """A gradient derived line by line, to be shown in a terminal or notebook, or written as a page or a document.

    `steps` are all lines in order; `quantity` is what was asked for (∂E/∂w, say) and `result` its final formula, whose
    SymPy form is `to_sympy()`.
    """

    network: Network
    target: Target
    form: str
    language: str
    symbols: Symbols
    blocks: tuple[Block, ...] = field(repr=False)
    quantity: Expression | None = None
    result: Expression | None = None
    shapes: bool = False

    @property
    def steps(self) -> list[Step]:
        """All lines, in order."""
        return [step for block in self.blocks if isinstance(block, Steps) for step in block.steps]

    @property
    def result_text(self) -> str:
        """The final formula in Unicode."""
        return "" if self.result is None else to_unicode(self.result, language=self.language)

    @cached_property
    def document(self) -> Document:
        """The derivation as headings, sentences, lines and tables."""
        blocks = (SHAPES, *self.blocks) if self.shapes else self.blocks
        return Document(_title(self), self.language, blocks, self.shapes, _code(self), lambda: _facts(self))

    def check(self, n_points: int = 3) -> Any:
        """Verify every line again at other random rational points and return the largest difference of two sides.

        Raises:
            DerivationError: a line does not hold to 50 digits.
        """
        return verifier(self.symbols, self.target, n_points).check(self.steps)

    def to_sympy(self) -> Any:
        """Return the final formula as a SymPy expression in the entries of W, b, z, a and y.

        Raises:
            ValueError: a derivation that is not of one quantity (the four equations, say).
        """
        from clearprop.derivation.symbolic import to_sympy

        if self.result is None:
            raise ValueError(f"{self.target.kind} is not one formula; ask for one of its quantities, such as W1[1,1]")
        return to_sympy(self.result)


def derive(
    network: Network,
    quantity: str,
    form: str = "index",
    language: str = "en",
    *,
    penalty: bool = False,
    shapes: bool = False,
) -> Derivation:
    """Derive a gradient of a network, one line a step, with the rule and the reason of each.

    Arguments:
        network: sizes, activations, loss.
        quantity: "W2[1,1]" (into unit 1, from unit 1), "W2", "b1[2]", "z[2,1]" (layer 2, unit 1), "h[1,2]", "x[1]",
            "sigmoid'" (any activation), "softmax'", "softmax shift", "dE/dz", "equations", "update"; of other layers
            "scale.s[2]", "input2.C[5,1]", "mixture1.alpha[2]", as `Network.theta_shapes` names them.
        form: "index" (one entry at a time), "vector" (one sample, columns), "batch" (m samples, rows).
        language: "en" or "zh".
        penalty: whether the loss has the penalty (λ/2) Σ w².
        shapes: whether to write each array's shape below it.

    Raises:
        ValueError: an unknown quantity, form or language, an index out of range, or a network too large.
        DerivationError: a line that does not hold; this is never shown as if it did.

    Example:
        >>> derivation = derive(Network((2, 2, 2)), "W1[1,2]")
        >>> print(derivation.result_text)
        [Σⱼ (ŷⱼ − yⱼ) w²ⱼ₁] · h₁(1 − h₁) · x₂

    Source: note 1 (index form), note 2 (vector form), with the slips of both corrected.
    """
    check_network(network)
    if form not in FORMS:
        raise ValueError(f"form: {form!r} is unknown; there are {', '.join(FORMS)}")
    check_language(language)
    what = target(network, quantity)
    if network.n_parameters > MOST_PARAMETERS:
        raise ValueError(
            f"a network of {network.n_parameters:,} parameters is too large to verify to 50 digits; derive one of at "
            f"most {MOST_PARAMETERS:,}: the formulas of a smaller one with the same layers are the same"
        )
    network = _with_softmax(network) if what.kind.startswith("softmax") else network
    symbols = Symbols(network, _batch_size(network), penalty)
    writer = Writer()
    found = _Author(symbols, writer, what, form).write()
    tried = verifier(symbols, what)
    worst = tried.check(writer.steps)
    numbers = _numbers(tried, what, *found)
    if numbers is not None:
        _check_engine(*numbers)
    write_verification(writer, worst, numbers)
    blocks = (*_in_short(writer, *found), *writer.finish())
    return Derivation(network, what, form, language, symbols, blocks, *found, shapes)


def _in_short(writer: Writer, quantity: Expression | None, result: Expression | None) -> tuple[Block, ...]:
    if quantity is None or result is None:
        return ()
    first = Writer()
    lines = [step.number for step in writer.steps if step.right == result]
    write_short(first, quantity, result, max(lines, default=len(writer.steps)))
    return first.finish()


def _numbers(tried: Verifier, what: Target, quantity: Expression | None, result: Expression | None) -> Any:
    """Return the value of the result, the central difference, and what the engine computes, all at one point."""
    if quantity is None or result is None or not what.is_array or free_indices(quantity):
        return None
    is_softmax_pair = tried.network.is_paired and tried.network.output == "softmax"
    assumes = "distribution" if is_softmax_pair else None
    step = Step(0, quantity, result, "result", Message("short.heading"), assumes=assumes)
    evaluator = tried.evaluators(step, quantity)[0]
    formula, difference = evaluator.evaluate(result), evaluator.evaluate(quantity)
    return formula, difference, engine_gradient(evaluator.point, quantity)


def _check_engine(formula: Any, difference: Any, engine: Any) -> None:
    """Raise DerivationError where the code that trains computes something else than the last formula."""
    expected = np.asarray(formula, float)
    if not np.all(abs(engine - expected) <= 1e-9 * np.maximum(1.0, abs(expected))):
        raise DerivationError("the code that trains computes another gradient than the last formula")


def verifier(symbols: Symbols, what: Target | None = None, n_points: int = 1) -> Verifier:
    """Return what tries the lines of a derivation with these symbols: a category that is asked for, with its code."""
    categories = {}
    if what is not None and what.theta and what.indices:
        name = what.theta.partition(".")[0]
        if symbols.network.other_layers[name].n_categories_taken is not None:
            categories[name] = what.indices[0] - 1
    return Verifier(symbols.network, symbols.n_samples, symbols.penalised, n_points, categories)


def _batch_size(network: Network) -> int:
    """Return an m that is no layer's size, so that a shape cannot be mistaken."""
    return next(m for m in (2, 3, *range(4, 100)) if m not in network.sizes)


def _with_softmax(network: Network) -> Network:
    return network if network.output == "softmax" else replace(network, output="softmax", loss="cross_entropy")


Found = tuple[Expression | None, Expression | None]


class _Author:
    """Writes one derivation: the symbols, the pieces, the derivation itself, and what follows from it."""

    def __init__(self, symbols: Symbols, writer: Writer, what: Target, form: str) -> None:
        self.symbols, self.writer, self.what, self.form = symbols, writer, what, form
        self.written: dict[str, int] = {}
        self.one_sample: tuple[int, ...] = ()

    def write(self) -> Found:
        match self.what.kind:
            case "slope":
                assert self.what.activation is not None
                write_activation_derivative(self.writer, ACTIVATIONS[self.what.activation])
                return None, None
            case "softmax_shift":
                write_output_symbols(self.writer, self.symbols)
                write_softmax_shift(self.writer, self.symbols)
                return None, None
            case "softmax_jacobian":
                write_output_symbols(self.writer, self.symbols)
                write_softmax_jacobian(self.writer, self.symbols)
                return Partial(self.symbols.a(self.symbols.L), self.symbols.z(self.symbols.L)), None
        write_symbols(self.writer, self.symbols, self.form == "batch", self.what.kind == "update")
        if self.symbols.makes_inputs:
            write_inputs(self.writer, self.symbols, self.form == "batch")
        self._slopes()
        match self.what.kind:
            case "output_error":
                left = Partial(self.symbols.data_loss, self.symbols.z(self.symbols.L, HERE))
                return left, self._output_error(self._takes_one_hot)
            case "equations":
                self._equations()
                write_summary(self.writer, self.symbols)
                found: Found = None, None
            case "update":
                self._equations()
                write_update(self.writer, self.symbols, self.form)
                found = None, None
            case _:
                found = self._array()
        write_cost(self.writer, self.symbols.network)
        write_vanishing(self.writer, self.symbols, self.form)
        return found

    @property
    def _takes_one_hot(self) -> bool:
        network = self.symbols.network
        return network.is_paired and network.output == "softmax"

    def _slopes(self) -> None:
        """Write f′ of every hidden activation that the error passes on its way, once each."""
        s, what = self.symbols, self.what
        lowest = self._lowest_slope if what.is_array else s.L if what.kind == "output_error" else 1
        for l in range(max(lowest, 1), s.L):
            entry = s.activation(l)
            if entry.name not in self.written:
                self.written[entry.name] = write_activation_derivative(self.writer, entry)
        for l in range(max(lowest, 1), s.L):
            if s.is_mixed(l):
                self.written[f"mixture{l}"] = write_mixture_slope(self.writer, s, l, self.form == "batch")

    @property
    def _lowest_slope(self) -> int:
        what = self.what
        return self._above + 1 if what.kind == "theta" else what.layer + (what.kind == "a")

    @property
    def _above(self) -> int:
        """The layer of the chain whose a the layer that was asked for makes."""
        return made_layer(self.what.theta)

    def _indices(self) -> tuple[At, ...]:
        if self.what.indices:
            return self.what.indices
        return (HERE, FROM) if self.what.kind == "W" else (HERE,)

    def _array(self) -> Found:
        if self.what.kind == "theta":
            return self._of_other_layer()
        if self.form == "index":
            return self._by_index()
        if not (self.what.kind == "a" and self.what.layer == self.symbols.L):
            self._output_error()
        return self._by_arrays()

    def _output_error(self, one_hot: bool = False) -> Expression:
        found, line = write_output_error(self.writer, self.symbols, HERE, one_hot=one_hot, written=self.written)
        self.one_sample = (line,)
        return found

    def _by_index(self) -> Found:
        what, s, indices = self.what, self.symbols, self._indices()
        form = IndexForm(s, self.writer, self.written, self._takes_one_hot)
        l = what.layer
        match what.kind:
            case "W":
                quantity, result = s.W(l, *indices), form.weight(l, *indices)
            case "b":
                quantity, result = s.b(l, *indices), form.bias(l, *indices)
            case "z":
                quantity, result = s.z(l, *indices), form.pre_activation(l, *indices)
            case _:
                quantity, result = s.a(l, *indices), form.unit(l, *indices)
        self.writer.assume(None)
        write_bridge(self.writer, s, what)
        top = E if what.kind in "Wb" else s.data_loss
        return Partial(top, quantity), result

    def _of_other_layer(self) -> Found:
        """Write ∂E/∂a of what the layer makes, and then its own formula's derivative."""
        s, l = self.symbols, self._above
        if self.form == "index":
            IndexForm(s, self.writer, self.written, self._takes_one_hot).unit(l, HERE)
        else:
            self._output_error()
            form = self._array_form()
            form.errors(l + 1)
            form.units(l)
        self.writer.assume(None)
        layer, _, parameter = self.what.theta.partition(".")
        entry, formula = LayerForm(s, layer, self.writer, self.form == "batch").write(parameter, self.what.indices)
        return Partial(s.data_loss, entry), formula

    def _other_layers(self) -> None:
        """Write ∂E/∂θ of every layer that is not affine, from the output down."""
        self.writer.assume(None)
        for name, layer in reversed(self.symbols.network.other_layers.items()):
            if layer.shapes():
                LayerForm(self.symbols, name, self.writer, self.form == "batch").write_all()

    def _by_arrays(self) -> Found:
        """Write whole arrays, of one sample or of a batch, and pick the entry where one was asked for."""
        what, s, l = self.what, self.symbols, self.what.layer
        form = self._array_form()
        if l < s.L or what.kind != "a":
            form.errors(l + (what.kind == "a"))
        makers: dict[str, tuple[Callable[..., Quantity], Callable[[int], Expression]]] = {
            "W": (s.W, form.weights),
            "b": (s.b, form.biases),
            "z": (s.Z if self.form == "batch" else s.z, form.error_of),
            "a": (s.A if self.form == "batch" else s.a, form.units),
        }
        quantity_of, write = makers[what.kind]
        result = write(l)
        top = E if what.kind in "Wb" else s.data_loss
        full = expanded(result, form.formulas)
        if full != result and s.L - l <= MOST_NESTED:
            result = full
            self.writer.step(Partial(top, quantity_of(l)), result, "substitute", "vector.in_full")
        if not what.indices:
            return Partial(top, quantity_of(l)), result
        at: tuple[At, ...] = (SAMPLE, *what.indices) if self.form == "batch" and what.kind in "za" else what.indices
        return Partial(top, quantity_of(l, *at)), picked(self.writer, quantity_of(l, *at), result, at, top)

    def _array_form(self) -> VectorForm | BatchForm:
        if self.form == "vector":
            return VectorForm(self.symbols, self.writer)
        return BatchForm(self.symbols, self.writer, self.one_sample)

    def _equations(self) -> None:
        """Write BP1 to BP4 of every layer, from the output down."""
        s = self.symbols
        if self.form == "index":
            IndexForm(s, self.writer, self.written, self._takes_one_hot).equations()
            self._other_layers()
            write_bridge(self.writer, s, Target("W", 1))
            return
        self._output_error()
        whole = self._array_form()
        whole.errors(1)
        for l in reversed(s.network.layers):
            whole.weights(l)
            whole.biases(l)
        self._other_layers()


def _title(derivation: Derivation) -> tuple[Any, ...]:
    what = derivation.target
    name = "x" if what.kind == "a" and what.layer == 0 and not what.inputs_are_made else what.kind
    if what.theta:
        return (derivation.quantity, Message("titles.theta", name=what.text))
    places = dict(zip("jk", what.indices, strict=False))
    key = f"titles.{name}_entry" if places else f"titles.{name}"
    words = Message(
        key,
        l=what.layer,
        below=what.layer - 1,
        name=ACTIVATIONS[what.activation].symbol if what.activation else "",
        **places,
    )
    return (words,) if derivation.quantity is None else (derivation.quantity, words)


def _code(derivation: Derivation) -> tuple[str, ...]:
    """Return Python that derives it anew, verifies it at other points, and gives its formula to SymPy."""
    given = [network_code(derivation.network), repr(derivation.target.text), f"form={derivation.form!r}"]
    given += [f"language={derivation.language!r}"] if derivation.language != "en" else []
    given += ["penalty=True"] if derivation.symbols.penalised else []
    given += ["shapes=True"] if derivation.shapes else []
    made = "".join(f"    {argument},\n" for argument in given)
    shown = "\nprint(derivation.result_text)" if derivation.result is not None else ""
    comment = catalog(derivation.language)["document.code_check"]
    cells = [
        f"from clearprop import Network, derive\n{layer_imports(derivation.network)}\nderivation = derive(\n{made})"
        + shown,
        f"derivation.check()  # {comment}",
    ]
    return (*cells, "derivation.to_sympy()") if _is_for_sympy(derivation) else tuple(cells)


def _facts(derivation: Derivation) -> dict[str, Any]:
    def formula(node: Expression | None, in_sympy: bool = False) -> dict[str, Any] | None:
        if node is None:
            return None
        sympy = str(derivation.to_sympy()) if in_sympy and _is_for_sympy(derivation) else None
        return {**formula_facts(node, derivation.shapes, derivation.language), "sympy": sympy}

    return {
        "kind": "derivation",
        "network": network_facts(derivation.network),
        "quantity": derivation.target.text,
        "form": derivation.form,
        "left": formula(derivation.quantity),
        "result": formula(derivation.result, in_sympy=True),
    }


def _is_for_sympy(derivation: Derivation) -> bool:
    """Whether the last formula is one that SymPy holds at no great cost."""
    return derivation.result is not None and (
        not derivation.result.shape or derivation.network.n_parameters <= MOST_IN_CODE
    )
