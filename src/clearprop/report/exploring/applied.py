"""A function of one number as one thing: its formula for the eye, and where the engine keeps its value."""

from dataclasses import dataclass

from clearprop.derivation.expressions import Expression, Quantity, rebuilt, walk


@dataclass(frozen=True)
class Applied(Expression):
    """f(argument), such as a slope f′(z): shown by its formula, and its number is the one that the engine has kept.

    Arguments:
        formula: in the entries of the network.
        argument: the entry in it that a number is shown for.
        kept: the entry of the engine's arrays that holds the value; `slope` is a quantity of that name.
        share: α, where the formula is of a mixture: it has a number too.
    """

    formula: Expression
    argument: Quantity
    kept: Quantity
    share: Quantity | None = None

    @property
    def children(self) -> tuple[Expression, ...]:
        """The formula alone: what is kept is another name for it."""
        return (self.formula,)


def written(root: Expression) -> Expression:
    """Return an expression with each applied function as its formula, to be printed or evaluated.

    >>> z = Quantity("z", "z", 1)
    >>> written(z - Applied(z * z, z, Quantity("a", "a", 1))) == z - z * z
    True
    """
    change = {node: node.formula for node in walk(root) if isinstance(node, Applied)}
    return rebuilt(root, change)  # type: ignore[arg-type]
