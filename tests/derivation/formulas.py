"""The formulas of note 1's network that the tests print."""

from clearprop.derivation.expressions import (
    Activate,
    Cases,
    Constant,
    Diagonal,
    Divide,
    Entry,
    Expression,
    Function,
    Hadamard,
    Index,
    Indicator,
    Negate,
    Number,
    Ones,
    Partial,
    Power,
    Quantity,
    Relation,
    Shape,
    Sum,
    Transpose,
    expression,
)

i, j, q = Index("i"), Index("j"), Index("q")


def quantity(
    name: str, letter: str, layer: int | None, shape: Shape, *indices: Expression | int, shown: bool = True
) -> Quantity:
    return Quantity(name, letter, layer, shape, tuple(map(expression, indices)), layer if shown else None)


def w1(*at: Expression | int) -> Quantity:
    return quantity("W", "w", 1, (2, 2), *at)


def w2(*at: Expression | int) -> Quantity:
    return quantity("W", "w", 2, (2, 2), *at)


def z1(*at: Expression | int) -> Quantity:
    return quantity("z", "z", 1, (2,), *at)


def z2(*at: Expression | int) -> Quantity:
    return quantity("z", "z", 2, (2,), *at)


def h(*at: Expression | int) -> Quantity:
    return quantity("a", "h", 1, (2,), *at, shown=False)


def x(*at: Expression | int) -> Quantity:
    return quantity("a", "x", 0, (2,), *at, shown=False)


def y(*at: Expression | int) -> Quantity:
    return quantity("y", "y", 2, (2,), *at, shown=False)


def p(*at: Expression | int) -> Quantity:
    return quantity("a", "ŷ", 2, (2,), *at, shown=False)


def sigma(argument: Expression, order: int = 0) -> Activate:
    return Activate("sigmoid", "σ", argument, order)


E = Quantity("E", "E")
z = Quantity("z", "z")
W2 = quantity("W", "W", 2, (2, 3))
delta1, delta2 = quantity("delta", "δ", 1, (2,)), quantity("delta", "δ", 2, (2,))
exp_z = Function("exp", -z)

#: Each formula, as Unicode text and as LaTeX.
FORMULAS: list[tuple[Expression, str, str]] = [
    (
        Relation(Partial(E, w1(1, 2)), "=", Sum((p(j) - y(j)) * w2(j, 1), j, 2) * h(1) * (1 - h(1)) * x(2)),
        "∂E/∂w¹₁₂ = [Σⱼ (ŷⱼ − yⱼ) w²ⱼ₁] · h₁(1 − h₁) · x₂",
        r"\frac{\partial E}{\partial w^{1}_{12}} = \left[ \sum_{j=1}^{2} (\hat{y}_{j} - y_{j}) \, w^{2}_{j1} \right]"
        r" \cdot h_{1} (1 - h_{1}) \cdot x_{2}",
    ),
    (exp_z, "e^(−z)", "e^{-z}"),
    (Divide(Number(1), Number(1) + exp_z), "1/(1 + e^(−z))", r"\frac{1}{1 + e^{-z}}"),
    (Transpose(W2) @ delta2, "(W²)ᵀδ²", r"(\mathbf{W}^{2})^{\top} \boldsymbol{\delta}^{2}"),
    (delta1 @ Transpose(x()), "δ¹ xᵀ", r"\boldsymbol{\delta}^{1} \, \mathbf{x}^{\top}"),
    (
        Hadamard((Transpose(W2) @ delta2, sigma(z1(), 1))),
        "[(W²)ᵀδ²] ⊙ σ′(z¹)",
        r"[(\mathbf{W}^{2})^{\top} \boldsymbol{\delta}^{2}] \odot \sigma'(\mathbf{z}^{1})",
    ),
    (sigma(z1(1), 1), "σ′(z¹₁)", r"\sigma'(z^{1}_{1})"),
    (Diagonal(sigma(z1(), 1)), "diag(σ′(z¹))", r"\operatorname{diag}(\sigma'(\mathbf{z}^{1}))"),
    (Indicator(i, j), "1[i = j]", r"\mathbf{1}[i = j]"),
    (p(i) * (Indicator(i, j) - p(j)), "ŷᵢ(1[i = j] − ŷⱼ)", r"\hat{y}_{i} (\mathbf{1}[i = j] - \hat{y}_{j})"),
    (Sum(y(i) * p(j), i, 2, skip=j), "Σ_{i≠j} yᵢŷⱼ", r"\sum_{i \ne j} y_{i} \hat{y}_{j}"),
    (
        p(j) * Sum(y(i), i, 2) - y(j),
        "ŷⱼ · (Σᵢ yᵢ) − yⱼ",
        r"\hat{y}_{j} \cdot \left( \sum_{i=1}^{2} y_{i} \right) - y_{j}",
    ),
    (Sum(y(i), i, 2) + 1, "(Σᵢ yᵢ) + 1", r"\left( \sum_{i=1}^{2} y_{i} \right) + 1"),
    (-Sum(y(i) * Function("log", p(i)), i, 2), "−Σᵢ yᵢ log ŷᵢ", r"-\sum_{i=1}^{2} y_{i} \, \log \hat{y}_{i}"),
    (Function("log", z) * z, "(log z) · z", r"(\log z) \cdot z"),
    (z * (1 - z), "z · (1 − z)", r"z \cdot (1 - z)"),
    (Power(z1(1), Number(2)), "(z¹₁)²", "(z^{1}_{1})^{2}"),
    (Power(z, Number(2)), "z²", "z^{2}"),
    (Number("-0.28") * Number("-0.6"), "(−0.28) · (−0.6)", r"(-0.28) \cdot (-0.6)"),
    (Number("0.2") + Number("-0.4"), "0.2 + (−0.4)", "0.2 + (-0.4)"),
    (Number("1e-05") * z, "1 · 10⁻⁵ · z", r"1 \cdot 10^{-5} \cdot z"),
    (Number("0.01"), "0.01", "0.01"),
    (Negate(Negate(z)), "−(−z)", "-(-z)"),
    (Divide(Number(1), Function("sqrt", Number(2) * Constant())), "1/√(2π)", r"\frac{1}{\sqrt{2 \pi}}"),
    (Partial(sigma(z), z), "∂σ(z)/∂z", r"\frac{\partial \sigma(z)}{\partial z}"),
    (
        Partial(exp_z, z) * x(1),
        "[∂/∂z (e^(−z))] · x₁",
        r"\left[ \frac{\partial}{\partial z} (e^{-z}) \right] \cdot x_{1}",
    ),
    (Entry(Transpose(W2) @ delta2, (j,)), "[(W²)ᵀδ²]ⱼ", r"[(\mathbf{W}^{2})^{\top} \boldsymbol{\delta}^{2}]_{j}"),
    (quantity("W", "w", 1, (20, 30), 12, 3), "w¹₁₂‚₃", "w^{1}_{12, 3}"),
    (quantity("W", "w", 1, (20, 30), q, 3), "w¹_{q3}", "w^{1}_{q3}"),
    (quantity("dW", "∇W", 1, (2, 2)), "∇W¹", r"\nabla \mathbf{W}^{1}"),
    (Transpose(Ones(3)) @ delta2, "(1₃)ᵀδ²", r"(\mathbf{1}_{3})^{\top} \boldsymbol{\delta}^{2}"),
    (Activate("relu", "ReLU", z, 1), "ReLU′(z)", r"\operatorname{ReLU}'(z)"),
    (
        Cases(((p(i) * (1 - p(i)), Relation(i, "=", j)), (-(p(i) * p(j)), None))),
        "{ ŷᵢ(1 − ŷᵢ) if i = j; −ŷᵢŷⱼ otherwise }",
        r"\begin{cases} \hat{y}_{i} (1 - \hat{y}_{i}) & \text{if } i = j \\"
        r" -\hat{y}_{i} \hat{y}_{j} & \text{otherwise} \end{cases}",
    ),
]
CASES = FORMULAS[-1][0]
