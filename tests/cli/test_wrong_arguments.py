"""An argument that does not fit is refused in one line that names it, before anything is written."""

import pytest

from clearprop.mathematics.optimizers import OPTIMIZERS
from clearprop.mathematics.schedules import SCHEDULES

WRONG = [
    ("--alpha", "-1"),
    ("--alpha", "inf"),
    ("--hidden", "abc"),
    ("--hidden", "8,0"),
    ("--hidden", "1.5"),
    ("--activation", "foo"),
    ("--activation", "softmax"),
    ("--solver", "foo"),
    ("--schedule", "foo"),
    ("--scoring", "foo"),
    ("--epochs", "0"),
    ("--epochs", "many"),
    ("--batch-size", "0"),
    ("--dropout", "1.5"),
    ("--dropout", "-0.1"),
    ("--learning-rate", "0"),
    ("--learning-rate", "nan"),
    ("--max-grad-norm", "0"),
    ("--seed", "-1"),
    ("--seed", str(2**40)),
    ("--task", "foo"),
    ("--sede", "1"),
]


@pytest.mark.parametrize(("option", "value"), WRONG)
def test_a_wrong_value_is_told_by_its_option(refused, table_file, option, value):
    refused("train", table_file, "--target", "kind", "--quiet", option, value, says=(option,))


@pytest.mark.parametrize(("option", "table"), [("--solver", OPTIMIZERS), ("--schedule", SCHEDULES)])
def test_what_would_be_right_is_listed(refused, table_file, option, table):
    refused("train", table_file, "--target", "kind", "--quiet", option, "foo", says=tuple(table))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "nonsense"),
        (["train"], "file"),
        (["train", "t.csv"], "--target"),
        (["train", "t.csv", "--target"], "--target"),
        (["predict", "m.clearprop"], "file"),
        (["info", "a", "b"], "b"),
    ],
)
def test_a_wrong_command_line_is_told(refused, arguments, says):
    assert says.lower() in refused(*arguments, says=()).lower()


def test_without_arguments_the_help_is_shown(say):
    said = say()
    assert said.err == ""
    for command in ("demo", "train", "predict", "evaluate", "info"):
        assert command in said.out


@pytest.mark.parametrize("command", ["demo", "train", "predict", "evaluate", "info"])
def test_every_command_has_help(do, command):
    assert "--help" in do(command, "--help").out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--solver", "lbfgs", "--dropout", "0.5"), ("--dropout", "lbfgs")),
        (("--solver", "lbfgs", "--max-grad-norm", "1"), ("--max-grad-norm", "lbfgs")),
        (("--solver", "lbfgs", "--schedule", "cosine"), ("--schedule", "lbfgs")),
        (("--solver", "lbfgs", "--early-stopping"), ("--early-stopping", "lbfgs")),
        (("--solver", "lbfgs", "--scoring", "accuracy"), ("--scoring", "early stopping")),
        (("--no-early-stopping", "--scoring", "accuracy"), ("--scoring", "early stopping")),
    ],
)
def test_what_would_be_ignored_is_refused(refused, table_file, options, says):
    refused("train", table_file, "--target", "kind", "--quiet", *options, says=says)


def test_the_closest_name_is_suggested(refused, table_file):
    refused("train", table_file, "--target", "kind", "--activation", "rleu", says=("--activation", "'relu'"))


@pytest.mark.parametrize("name", ["people.parquet", "model.clearprop"])
def test_predictions_are_not_written_over_what_they_are_made_from(do, refused, table_file, name):
    folder = table_file.parent
    do("train", table_file, "--target", "kind", "--quiet", "--epochs", "1", "--out", folder / "model.clearprop")
    refused("predict", folder / "model.clearprop", table_file, "--out", folder / name, says=("--out", name, "itself"))
