"""Why back-propagation is cheap: multiplications of one backward pass, and of its rivals that reuse less."""

from clearprop.mathematics.network import Network


def backward_multiplications(network: Network, l: int) -> int:
    """Count those of layer l in one backward pass of one sample: n_l n_{l−1} (BP3), and n_l n_{l+1} + n_l (BP2).

    >>> [backward_multiplications(Network((3, 3, 2, 2)), l) for l in (1, 2, 3)]
    [18, 12, 4]
    """
    n = network.sizes
    return n[l] * n[l - 1] + (n[l] * n[l + 1] + n[l] if l < network.n_layers else 0)


def single_weight_multiplications(network: Network, l: int) -> int:
    """Count those for one weight of layer l on its own: the error signals above it, its unit's, its own product.

    >>> [single_weight_multiplications(Network((3, 3, 2, 2)), l) for l in (1, 2, 3)]
    [10, 4, 1]
    """
    n, L = network.sizes, network.n_layers
    if l == L:
        return 1
    above = sum(n[k] * n[k + 1] + n[k] for k in range(l + 1, L))
    return above + n[l + 1] + 1 + 1


def single_path_multiplications(network: Network, l: int) -> int:
    """Count those for one weight of layer l when every path to the loss is multiplied out: a weight and an f′ a layer.

    >>> [single_path_multiplications(Network((3, 3, 2, 2)), l) for l in (1, 2, 3)]
    [20, 6, 1]
    """
    n, L = network.sizes, network.n_layers
    paths = 1
    for k in range(l + 1, L + 1):
        paths *= n[k]
    return paths * (2 * (L - l) + 1)
