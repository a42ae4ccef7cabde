"""`clearprop prove`: the identities of a network, in every format; the exit status says whether all hold."""

from dataclasses import replace

import pytest

from clearprop.derivation import proofs
from clearprop.derivation.documents.presented import FORMATS
from clearprop.derivation.messages import catalog, languages
from clearprop.derivation.proofs import prove
from clearprop.mathematics.network import Network

SMALL = ("--layers", "2,2")


@pytest.fixture(scope="module")
def proof():
    return {language: prove(Network((2, 2)), language) for language in languages()}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_that_of_the_package(do, tmp_path, monkeypatch, proof, name, language):
    monkeypatch.setenv("COLUMNS", "100")
    expected = FORMATS[name][0](proof[language].document).rstrip("\n") + "\n"
    assert do("prove", *SMALL, "--format", name, "--language", language).out == expected
    do("prove", *SMALL, "--language", language, "--out", tmp_path / f"p{FORMATS[name][1]}")
    assert (tmp_path / f"p{FORMATS[name][1]}").read_text(encoding="utf-8") == expected


def test_the_network_is_the_one_that_was_asked_for(do):
    said = do("prove", "--layers", "3,2,1", "--activation", "tanh", "--loss", "binary_cross_entropy")
    for words in ("3-2-1", "tanh", "sigmoid", "binary_cross_entropy"):
        assert words in said.out


def test_what_does_not_hold_is_shown_and_gives_another_status(say, monkeypatch):
    def wrong(network, language):
        found = prove(network, language)
        return replace(found, lines=(replace(found.lines[0], holds=False), *found.lines[1:]))

    monkeypatch.setattr(proofs, "prove", wrong)
    said = say("prove", *SMALL)
    assert said.status == 1
    assert said.err == ""
    assert catalog("en")["proof.fails"] in said.out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--layers", "1000,1000"), ("1,000,000 weights", "too many")),
        (("--layers", "2"), ("--layers", "'2'")),
        (("--loss", "foo"), ("--loss", "'foo'", "poisson")),
        (("--output", "foo"), ("--output", "'foo'", "softmax")),
        (("--activation", "foo"), ("--activation", "'foo'", "relu")),
        (("--output", "relu", "--loss", "binary_cross_entropy"), ("--loss", "'relu'", "'sigmoid'")),
        (("--language", "foo"), ("--language", "'foo'", *languages())),
        (("--format", "foo"), ("--format", "'foo'", *FORMATS)),
        (("--of", "W1[1,1]"), ("--of",)),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_by_its_option(refused, options, says):
    refused("prove", *options, says=says)
