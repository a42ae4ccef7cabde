"""The students' files that ship, each checked as its author would: its verdict, its slip, where, and the pointer."""

import importlib.util
import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "submissions"
#: Exit status, arrays that are wrong, slips with their layers, and words of the command that derives what was missed.
EXPECTED = {
    "two_layer_right.py": (0, "", {}, ""),
    "net_with_penalty.py": (1, "W1 W2", {"penalty_doubled": [2, 1]}, "--penalty"),
    "flower_classifier.py": (1, "b1", {"mean_missing": [1]}, "--form batch"),
    "one_vector.py": (1, "W1 b1", {"slope_at_z": [1]}, "sigmoid'"),
    "digits_network.py": (1, "W1 b1 W2 b2", {"slope_left_out": [2, 1]}, "--of z2[4]"),
    "own_loss_torch.py": (1, "W1 b1 W2 b2", {"sign_flipped": [2]}, "--of dE/dz"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_is_judged_and_diagnosed(say, name: str) -> None:
    if name == "own_loss_torch.py" and importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed")
    status, wrong, slips, pointer = EXPECTED[name]
    said = say("check", EXAMPLES / name, "--json", "--no-automatic")
    found = json.loads(said.out)
    assert (said.status, said.err) == (status, "")
    assert [row["array"] for row in found["arrays"] if row["verdict"] != "right"] == wrong.split()
    diagnosed = found["diagnosis"]["slips"]
    assert {slip["slip"]: [place["layer"] for place in slip["places"]] for slip in diagnosed} == slips
    assert all(pointer in slip["command"].replace('"', "") for slip in diagnosed)
    assert not found["diagnosis"]["unexplained"]


def test_every_example_is_expected() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(EXPECTED)
