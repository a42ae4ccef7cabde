"""The benchmark measures what it says, on the smallest cases: same arithmetic, fair turns, honest tables."""

import json
from importlib.util import find_spec

import numpy as np
import pytest
from benchmarks.contenders import UnavailableError
from benchmarks.pages import marks, with_block
from benchmarks.speed.contenders import CONTENDERS, make
from benchmarks.speed.document import page, write_documents
from benchmarks.speed.limits import Copies, Products
from benchmarks.speed.options import quick
from benchmarks.speed.problems import SHAPES, Problem, Shape, first_weights, mean_loss, orders_of, problem_of
from benchmarks.speed.steps import measure_steps, spread
from benchmarks.speed.tables import tables_of
from benchmarks.speed.targets import limit_seconds, targets
from benchmarks.speed.whole_process import _idx
from benchmarks.tables import number, table
from benchmarks.targets import geometric_mean
from benchmarks.worker import ROOT, Worker, WorkerError

from clearprop.engines import ENGINES

START, END = marks("speed")
TINY = Shape((6, 5, 3), 8, 4)
NAMES = [
    pytest.param(name, marks=pytest.mark.slow) if name in ("JAX", "PyTorch compiled") else name  # they compile
    for name in CONTENDERS
]


def test_counts_of_a_step():
    assert TINY.n_weights == 6 * 5 + 5 * 3
    assert TINY.gemm_operations == 2 * 8 * (45 + 45 + 15)  # forward, BP3, BP2 without the first layer
    assert TINY.optimizer_bytes == 3 * 4 * (45 + 8)
    assert [*SHAPES] == [shape.name for shape in SHAPES.values()]


def trained(name, problem, orders):
    try:
        training = make(name).prepare(problem)
    except UnavailableError as reason:
        pytest.skip(str(reason))
    training.restart()
    training.run(orders)
    return training


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_every_contender_does_the_same_arithmetic(name):
    problem, orders = problem_of(TINY), orders_of(TINY.n_rows, 1)
    expected = mean_loss(problem, *trained("Clearprop reference", problem, orders).parameters())
    training = trained(name, problem, orders)
    tolerance = 2e-2 if CONTENDERS[name].bfloat16 else 1e-5
    assert mean_loss(problem, *training.parameters()) == pytest.approx(expected, rel=tolerance)
    assert expected < mean_loss(problem, problem.W, problem.b)  # it has learned something
    p = training.predictor()(problem.X[:2])
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-2 if CONTENDERS[name].bfloat16 else 1e-6)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_a_restart_forgets_everything(name):
    problem, orders = problem_of(TINY), orders_of(TINY.n_rows, 2)
    training = trained(name, problem, orders)
    first = [array.copy() for array in training.parameters()[0]]
    training.run(orders)
    assert not np.allclose(first[0], training.parameters()[0][0])
    training.restart()
    training.run(orders)
    for once, again in zip(first, training.parameters()[0], strict=True):
        np.testing.assert_allclose(once, again, rtol=1e-5, atol=1e-6)


def test_one_logistic_unit_starts_as_the_softmax_of_two():
    problem = Problem((4, 3, 2), 4, np.ones((8, 4), np.float32), np.arange(8) % 2, *first_weights((4, 3, 2)))
    training = make("scikit-learn").prepare(problem)
    assert mean_loss(problem, *training.parameters()) == pytest.approx(
        mean_loss(problem, problem.W, problem.b), rel=1e-6
    )


def test_worker_tells_what_goes_wrong():
    with Worker("benchmarks.speed.limits:Copies", {"n_threads": 1}) as worker:
        worker.call("prepare", 1000)
        assert worker.call("rate", 0.0) > 0
        with pytest.raises(WorkerError, match=r"AttributeError.*no_such"):
            worker.call("no_such")
        assert worker.call("rate", 0.0) > 0  # and goes on
    with pytest.raises(WorkerError, match="ModuleNotFoundError"):
        Worker("benchmarks.speed.no_such:Thing", {})


def test_limits_count_what_they_do():
    products = Products("numpy", "float32")
    products.prepare(64)
    assert 0 < products.rate(0.01) < 1e15
    copies = Copies(2)
    copies.prepare(10**5 + 1)
    copies.rate(0.0)
    assert (copies._copy == 1).all()


@pytest.fixture(scope="module")
def result():
    """The smallest run: two contenders, one network, one round."""
    options = quick(
        contenders=("Clearprop reference", "scikit-learn"),
        networks=("64-32-10/32",),
        rounds=2,
        run_seconds=0.001,
        product_seconds=0.001,
        product_sizes=(64,),
        n_cores=1,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.speed.limits.LIBRARIES", {"float32": ("numpy",), "bfloat16": ()})
        steps = measure_steps(options, lambda line: None)
    found = {"steps": steps, "options": {"rounds": 2, "run_seconds": 0.001, "quick": True}, "when": "today"}
    found["machine"] = {"processor": "P", "abilities": [], "cores": 1, "memory_gb": None, "system": "S", "python": "3"}
    found["machine"]["packages"] = {"numpy": "2"}
    return json.loads(json.dumps({**found, "targets": targets(found)}))


def test_steps_are_measured_in_rounds_and_compared(result):
    contenders = result["steps"]["networks"]["64-32-10/32"]["contenders"]
    assert [len(entry["seconds"]["all"]) for entry in contenders.values()] == [2, 2]
    assert all(entry["same"] for entry in contenders.values())
    assert limit_seconds(result, "64-32-10/32") < limit_seconds(result, "64-32-10/32", traffic=True)


def test_what_was_not_measured_is_neither_met_nor_missed(result):
    assert {row["met"] for row in result["targets"]} == {None}
    assert "not measured" in tables_of(result)["targets"][1]


def faked(result, ours, peer):
    network = json.loads(json.dumps(result["steps"]["networks"]["64-32-10/32"]))
    network["contenders"] = {"Clearprop": {"seconds": spread([ours])}, "scikit-learn": {"seconds": spread([peer])}}
    return {**result, "steps": {**result["steps"], "networks": dict.fromkeys(SHAPES, network)}}


@pytest.mark.parametrize(("peer", "met"), [(1.2, [False] * 7), (1.4, [True] * 5 + [False] * 2), (11.0, [True] * 7)])
def test_targets_are_judged_by_ratios(result, peer, met):
    assert [row["met"] for row in targets(faked(result, 1.0, peer))[:7]] == met


@pytest.mark.parametrize(("abilities", "met"), [(["avx512_bf16"], None), (["avx512_bf16", "amx_bf16"], True)])
def test_bfloat16_is_judged_where_there_is_amx(result, abilities, met):
    network = json.loads(json.dumps(result["steps"]["networks"]["64-32-10/32"]))
    seconds = {"Clearprop": 9.0, "Clearprop bfloat16": 1.0, "PyTorch bfloat16": 2.0}
    network["contenders"] = {name: {"seconds": spread([taken])} for name, taken in seconds.items()}
    steps = {**result["steps"], "networks": dict.fromkeys(SHAPES, network)}
    found = targets({**result, "steps": steps, "machine": {**result["machine"], "abilities": abilities}})
    assert [row["met"] for row in found if row["what"].startswith("bfloat16")] == [met] * 4


def test_pages_are_written_from_the_result(result, tmp_path):
    (tmp_path / "README.md").write_text(f"before\n{START}\nold\n{END}\nafter\n", encoding="utf-8")
    write_documents(result, tmp_path)
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "old" not in readme and readme.startswith("before\n") and readme.endswith("after\n")
    once = readme
    write_documents(result, tmp_path)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == once
    assert all(f"**{name}**" in page(result) for name in CONTENDERS)
    assert (tmp_path / "docs" / "speed.svg").exists() == (find_spec("matplotlib") is not None)
    with pytest.raises(ValueError, match="needs the lines"):
        with_block("no marks", "speed", "block")


def test_tables_are_aligned_and_numbers_short():
    assert table(["a", "b"], [["long name", "1"]]).splitlines() == [
        "| a         |   b |",
        "| --------- | --: |",
        "| long name |   1 |",
    ]
    assert [number(value) for value in (None, 0.1234, 12.34, 12345.6)] == ["–", "0.12", "12.3", "12,346"]
    assert geometric_mean([2.0, 8.0]) == pytest.approx(4) and geometric_mean([2.0, None]) is None


def test_idx_files_are_read_packed_or_not(tmp_path):
    (tmp_path / "labels").write_bytes(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, *range(6)]))
    assert _idx(tmp_path, "labels").tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(WorkerError, match="No such file"):
        _idx(tmp_path, "missing")


def test_the_readme_has_the_place_for_the_table():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text[text.index(START) + len(START) : text.index(END)]
    assert with_block(text, "speed", block.strip()) == text
    assert text.count(START) == text.count(END) == 1


@pytest.mark.parametrize("engine", ["native", "reference"])
def test_no_engine_runs_under_the_name_of_another(engine, monkeypatch):
    """An engine may hand a network that it lacks to the reference: that is no measurement of it."""
    if engine not in ENGINES:
        pytest.skip(f"the {engine} engine is not built")
    other = ENGINES["native" if engine == "reference" else "reference"] if len(ENGINES) > 1 else None
    if other is None:
        pytest.skip("there is one engine only")
    monkeypatch.setattr(ENGINES[engine], "trainer", other.trainer)
    contender = make("Clearprop" if engine == "native" else "Clearprop reference")
    with pytest.raises(UnavailableError, match=f"the {engine} engine hands this network to another"):
        contender.prepare(problem_of(TINY))
