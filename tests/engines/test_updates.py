"""Which numbers take which rule: blocks, clipping, Muon's matrices, and biases that never decay."""

import numpy as np
import pytest

from clearprop.engines import Recipe, updates
from clearprop.engines.updates import Updates
from clearprop.mathematics.network import Network, Parameters
from clearprop.mathematics.optimizers import OPTIMIZERS

NETWORK = Network((4, 6, 5, 3))
RATE = 0.1


def stepped(recipe, n_steps=3, network=NETWORK, theta=None, gradient=None):
    """The parameters after some steps along random gradients (or always the same)."""
    random = np.random.default_rng(0)
    flat = random.normal(size=network.n_parameters) if theta is None else theta.copy()
    g = np.empty_like(flat)
    rule = Updates(network, flat, g, recipe)
    for _ in range(n_steps):
        g[:] = random.normal(size=g.size) if gradient is None else gradient
        rule.apply(RATE)
    assert rule.n_updates == n_steps
    return flat


def moved(recipe, **arguments):
    """By how much each parameter moved in one step, as parameters."""
    theta = np.random.default_rng(1).normal(size=NETWORK.n_parameters)
    step = stepped(recipe, n_steps=1, theta=theta, **arguments) - theta
    return Parameters.from_flat(NETWORK.sizes, step), Parameters.from_flat(NETWORK.sizes, theta)


@pytest.mark.parametrize("block", [1, 7, 64, 1000])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_blocks_make_no_difference(optimizer, block, monkeypatch):
    recipe = Recipe(optimizer, max_grad_norm=2.0)
    whole = stepped(recipe)
    monkeypatch.setattr(updates, "BLOCK", block)
    np.testing.assert_array_equal(stepped(recipe), whole)


@pytest.mark.parametrize("optimizer", [name for name, entry in OPTIMIZERS.items() if not entry.otherwise])
def test_a_vector_longer_than_a_block_is_one_plain_update(optimizer):
    network = Network((150, 300, 2))
    assert network.n_parameters > updates.BLOCK
    theta, gradient = np.random.default_rng(0).normal(size=(2, network.n_parameters))
    entry, expected = OPTIMIZERS[optimizer], theta.copy()
    numbers = {**entry.defaults, **({"weight_decay": 0.0} if "weight_decay" in entry.defaults else {})}
    state = entry.init(expected)
    for t in (1, 2):
        entry.update(expected, gradient, state, RATE, t, numbers, np)
    mine = stepped(Recipe(optimizer, {"weight_decay": 0.0}), 2, network, theta, gradient)
    np.testing.assert_array_equal(mine, expected)


@pytest.mark.parametrize("max_grad_norm", [1e-3, 0.5, 100.0, None])
def test_clipping(max_grad_norm):
    gradient = np.random.default_rng(2).normal(size=NETWORK.n_parameters)
    step = moved(Recipe("gradient_descent", max_grad_norm=max_grad_norm), gradient=gradient)[0].flatten()
    norm = np.linalg.norm(gradient)
    expected = min(norm, np.inf if max_grad_norm is None else max_grad_norm)
    np.testing.assert_allclose(step, -RATE * gradient * expected / norm, rtol=1e-9, atol=1e-14)


def test_a_gradient_of_zero_is_not_clipped():
    step, _ = moved(Recipe("gradient_descent", max_grad_norm=1.0), gradient=0.0)
    assert not step.flatten().any()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_weight_decay_shrinks_weights_and_leaves_biases(optimizer):
    decay = 0.5
    step, theta = moved(Recipe(optimizer, {"weight_decay": decay}), gradient=0.0)
    decays = "weight_decay" in OPTIMIZERS[optimizer].defaults
    for l in NETWORK.layers:
        np.testing.assert_allclose(step.W[l], -RATE * decay * decays * theta.W[l], rtol=1e-12, atol=1e-15)
        assert not step.b[l].any()


def test_weight_decay_changes_no_bias_in_any_step():
    decayed, plain = (
        Parameters.from_flat(NETWORK.sizes, stepped(Recipe("adamw", {"weight_decay": decay}))) for decay in (3.0, 0.0)
    )
    for l in NETWORK.layers:
        np.testing.assert_array_equal(decayed.b[l], plain.b[l])
        assert not np.allclose(decayed.W[l], plain.W[l])


def test_muon_is_for_hidden_matrices_only():
    gradient = np.random.default_rng(3).normal(size=NETWORK.n_parameters)
    muon, adamw = (moved(Recipe(name), gradient=gradient)[0] for name in ("muon", "adamw"))
    L = NETWORK.n_layers
    for l in NETWORK.layers:
        np.testing.assert_array_equal(muon.b[l], adamw.b[l])
        assert np.array_equal(muon.W[l], adamw.W[l]) is (l in (1, L))
    without_decay, _ = moved(Recipe("muon", {"weight_decay": 0.0}), gradient=gradient)
    for l in range(2, L):
        singular = np.linalg.svd(
            without_decay.W[l] / (RATE * 0.2 * max(without_decay.W[l].shape) ** 0.5), compute_uv=False
        )
        assert ((singular > 0.6) & (singular < 1.3)).all()


def test_hyperparameters_of_other_rules_are_ignored():
    recipe = Recipe("momentum", {"momentum": 0.5, "beta_1": 0.1, "weight_decay": 9.0})
    np.testing.assert_array_equal(stepped(recipe), stepped(Recipe("momentum", {"momentum": 0.5})))
    assert not np.array_equal(stepped(recipe), stepped(Recipe("momentum")))


def test_unknown_optimizer():
    with pytest.raises(ValueError, match=r"optimizer: 'adan' is unknown \(did you mean 'adam'\?\)"):
        stepped(Recipe("adan"))


def handed_over(optimizer, after, *, with_state):
    """The parameters after four steps, the last of them made by another object."""
    random = np.random.default_rng(0)
    theta, g = random.normal(size=NETWORK.n_parameters), np.empty(NETWORK.n_parameters)
    rule = Updates(NETWORK, theta, g, Recipe(optimizer))
    for k in range(4):
        if k == after:
            other = Updates(NETWORK, theta, g, Recipe(optimizer))
            if with_state:
                other.set_state(rule.state())
            rule = other
        g[:] = random.normal(size=g.size)
        rule.apply(RATE)
    return theta


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_state_is_all_that_another_object_needs(optimizer):
    np.testing.assert_array_equal(handed_over(optimizer, 2, with_state=True), stepped(Recipe(optimizer), 4))
    forgotten = np.allclose(handed_over(optimizer, 2, with_state=False), stepped(Recipe(optimizer), 4))
    assert forgotten is (not OPTIMIZERS[optimizer].slots)
