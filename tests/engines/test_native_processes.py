"""Ctrl-C, threads of Python and forked processes, while C++ trains."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from clearprop.engines import EpochCall, Recipe
from clearprop.mathematics.network import Network

from .cases import start

native = pytest.importorskip("clearprop.engines.native.engine", exc_type=ImportError)
NETWORK = Network((60, 80, 70, 4), "relu")
RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(600, 60)), RANDOM.dirichlet(np.ones(4), 600)
IN_USE = "a training run takes one call at a time; this one is in use"
can_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="forking is for POSIX")


def trained(n_threads=3, seed=0, n_epochs=3):
    trainer = native.NativeEngine(n_threads).trainer(NETWORK, start(NETWORK), Recipe(dropout=0.2, dropout_seed=seed))
    for _ in range(n_epochs):
        trainer.epoch(X, Y, None, None, 100, np.full(6, 1e-3))
    return trainer.snapshot()


# ---- Ctrl-C ----

LONG_EPOCH = """
import numpy as np
from clearprop.engines import EpochCall, Recipe
from clearprop.engines.native.engine import NativeEngine
from clearprop.mathematics.initializers import initialize
from clearprop.mathematics.network import Network
import time

network = Network((100, 200, 200, 10), "relu")
parameters = initialize(network, "he_normal", np.random.RandomState(0), np.float32)
X = np.random.default_rng(0).normal(size=(200_000, 100)).astype(np.float32)
Y = np.eye(10, dtype=np.float32)[np.arange(200_000) % 10]
engine = NativeEngine({n_threads})
trainers = [engine.trainer(network, parameters, Recipe()) for _ in range({n_trainers})]
order = np.arange(200_000)
rates = np.full(200_000 // 10, 1e-4)
calls = [EpochCall(trainer, X, Y, None, order, 10, rates) for trainer in trainers]
engine.epochs([EpochCall(trainer, X, Y, None, order[:10], 10, rates[:1]) for trainer in trainers])
before = trainers[0].snapshot()
print("ready", flush=True)
try:
    for _ in range(100):
        engine.epochs(calls)
    print("finished")
except KeyboardInterrupt:
    print(time.time(), flush=True)
after = trainers[0].snapshot()
assert np.isfinite(after).all() and not np.array_equal(before, after)
trainers[0].epoch(X, Y, None, order[:100], 10, rates[:10])  # it can go on
"""

LONG_OBJECTIVE = """
import numpy as np, time
from clearprop.engines import EpochCall, Recipe
from clearprop.engines.native.engine import NativeEngine
from clearprop.mathematics.initializers import initialize
from clearprop.mathematics.network import Network

network = Network((100, 400, 400, 10), "tanh")
parameters = initialize(network, "he_normal", np.random.RandomState(0), np.float64)
X = np.random.default_rng(0).normal(size=(30_000, 100))
Y = np.eye(10)[np.arange(30_000) % 10]
engine = NativeEngine({n_threads})
print("ready", flush=True)
try:
    while True:
        {call}
except KeyboardInterrupt:
    print(time.time(), flush=True)
"""

LONG_FIT = """
import numpy as np, time, warnings
from clearprop import MLPClassifier

X = np.random.default_rng(0).normal(size=(100_000, 100))
y = np.arange(100_000) % 3
print("ready", flush=True)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    model = MLPClassifier((200, 200), batch_size=10, max_iter=1000, engine="native").fit(X, y)
print(time.time(), flush=True)
assert [str(warning.message) for warning in caught] == ["Training interrupted by user."], caught
assert all(np.isfinite(coef).all() for coef in model.coefs_)
assert len(model.predict(X[:5])) == 5
"""


def seconds_to_stop(program):
    """From the signal to the program's answer."""
    run = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert run.stdout.readline() == "ready\n", run.stderr.read()
        time.sleep(0.4)
        sent = time.time()
        run.send_signal(signal.SIGINT)
        said, errors = run.communicate(timeout=60)
    finally:
        run.kill()
    assert (run.returncode, errors) == (0, "")
    return float(said) - sent


@pytest.mark.skipif(sys.platform == "win32", reason="a signal to another process is for POSIX")
@pytest.mark.parametrize(
    "program",
    [
        LONG_EPOCH.format(n_threads=1, n_trainers=1),
        LONG_EPOCH.format(n_threads=2, n_trainers=1),
        LONG_EPOCH.format(n_threads=2, n_trainers=3),
        LONG_OBJECTIVE.format(n_threads=2, call="engine.objective(network, parameters, X, Y, None, Recipe())"),
        LONG_OBJECTIVE.format(n_threads=2, call="engine.predict(network, parameters, X)"),
        LONG_FIT,
    ],
    ids=["one thread", "two threads", "several at once", "objective", "prediction", "fit"],
)
def test_ctrl_c_ends_it_at_once(program):
    assert seconds_to_stop(program) < 1.0  # of 0.1; the rest is for machines that are busy


# ---- threads of Python ----


def in_threads(*tasks):
    """What each task gives, each run in a thread of its own, all at the same time."""
    found, barrier = [None] * len(tasks), threading.Barrier(len(tasks))

    def run(i):
        barrier.wait()
        found[i] = tasks[i]()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return found


def test_a_thread_that_is_not_the_main_one():
    assert np.array_equal(in_threads(trained)[0], trained())


def test_several_threads_at_once():
    seeds = (1, 2, 3, 4)
    ends = in_threads(*((lambda seed=seed: trained(seed=seed, n_epochs=10)) for seed in seeds))
    for end, seed in zip(ends, seeds, strict=True):
        assert np.array_equal(end, trained(seed=seed, n_epochs=10))
    assert not np.array_equal(ends[0], ends[1])


def test_predictions_while_another_thread_trains():
    engine, expected = native.NativeEngine(3), native.NativeEngine(1).predict(NETWORK, start(NETWORK), X)
    tasks = [trained, *[lambda: engine.predict(NETWORK, start(NETWORK), X)] * 3]
    end, *predictions = in_threads(*tasks)
    assert np.array_equal(end, trained())
    assert all(np.array_equal(prediction, expected) for prediction in predictions)


def test_other_threads_run_while_an_epoch_does():
    ticks, done = [], threading.Event()

    def tick():
        while not done.wait(0.001):
            ticks.append(time.perf_counter())

    watcher = threading.Thread(target=tick)
    watcher.start()
    trainer = native.NativeEngine(1).trainer(NETWORK, start(NETWORK), Recipe())
    began = time.perf_counter()
    trainer.epoch(np.tile(X, (20, 1)), np.tile(Y, (20, 1)), None, None, 100, np.full(120, 1e-3))
    ended = time.perf_counter()
    done.set()
    watcher.join()
    assert sum(began < tick < ended for tick in ticks) >= 3


def test_one_trainer_in_two_threads_is_an_error_for_one_of_them():
    trainer, refused = native.NativeEngine(2).trainer(NETWORK, start(NETWORK), Recipe(max_grad_norm=1.0)), []

    def epochs(batch_size):
        for _ in range(10):
            try:
                trainer.epoch(X, Y, None, None, batch_size, np.full(-(-600 // batch_size), 1e-4))
            except RuntimeError as error:
                refused.append(str(error))

    in_threads(*((lambda size=size: epochs(size)) for size in (10, 100, 600)))
    assert set(refused) <= {IN_USE}
    assert np.isfinite(trainer.snapshot()).all()
    epochs(100)


def test_one_trainer_twice_in_a_call_is_an_error():
    engine = native.NativeEngine(2)
    trainer = engine.trainer(NETWORK, start(NETWORK), Recipe())
    call = EpochCall(trainer, X, Y, None, None, 100, np.full(6, 1e-3))
    with pytest.raises(RuntimeError, match=IN_USE):
        engine.epochs([call, call])
    engine.epochs([call])  # nothing is left locked
    assert not np.array_equal(trainer.snapshot(), start(NETWORK).flatten())


# ---- forked processes ----


@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")  # of JAX, where another test has loaded it
@can_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_trains_as_its_parent_does():
    expected = trained()  # the parent has its team of threads now
    with multiprocessing.get_context("fork").Pool(2) as pool:
        ends = pool.map_async(trained, [3, 2, 1]).get(timeout=60)
    assert all(np.array_equal(end, expected) for end in ends)
    assert np.array_equal(trained(), expected)


@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")  # of JAX, where another test has loaded it
@can_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_child_forked_while_another_thread_trains():
    done, codes = threading.Event(), []
    expected = trained()

    def train_on():
        while not done.is_set():
            trained(n_epochs=1)

    busy = threading.Thread(target=train_on)
    busy.start()
    try:
        for _ in range(3):
            child = os.fork()
            if child == 0:
                signal.alarm(30)
                os._exit(0 if np.array_equal(trained(), expected) else 1)
            codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    finally:
        done.set()
        busy.join()
    assert codes == [0, 0, 0]
