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
