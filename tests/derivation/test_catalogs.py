"""The languages say the same: same keys, same places, and a text for every rule and reason that is used."""

import re
from functools import cache

import pytest

from clearprop.derivation.calculus.activation_derivatives import write_activation_derivative
from clearprop.derivation.calculus.differentiation import DERIVATIVES, differentiate
from clearprop.derivation.calculus.output_layer import write_output_error
from clearprop.derivation.calculus.softmax import write_softmax_shift
from clearprop.derivation.documents.blocks import Heading, Paragraph, Step, Steps
from clearprop.derivation.expressions import Function, Index, Quantity, Sum
from clearprop.derivation.messages import Message, catalog, languages, pieces
from clearprop.derivation.symbols import Symbols
from clearprop.derivation.writer import Writer
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network
from mathematics.cases import ENDS, HIDDEN

OTHERS = [language for language in languages() if language != "en"]


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_languages_have_the_same_keys(language: str) -> None:
    assert set(catalog(language)) ^ set(catalog("en")) == set()


@pytest.mark.parametrize("language", OTHERS)
def test_languages_have_the_same_places(language: str) -> None:
    english, other = catalog("en"), catalog(language)
    assert [key for key in english if places(english[key]) != places(other[key])] == []


@pytest.mark.parametrize("language", languages())
def test_braces_are_places(language: str) -> None:
    assert [key for key, text in catalog(language).items() if re.search(r"[{}]", re.sub(r"\{\w+\}", "", text))] == []


def test_chinese_has_full_width_punctuation() -> None:
    words = {key: re.sub(r"\{\w+\}", "", text) for key, text in catalog("zh").items()}
    chinese = {key: text for key, text in words.items() if re.search(r"[\u4e00-\u9fff]", text)}
    assert [
        key for key, text in chinese.items() if re.search(r"[\u4e00-\u9fff][,;:?!.]|[,;:?!][\u4e00-\u9fff]", text)
    ] == []


@cache
def all_blocks() -> tuple[object, ...]:
    writer = Writer()
    for name in HIDDEN:
        write_activation_derivative(writer, ACTIVATIONS[name])
    for output, loss in ENDS:
        symbols = Symbols(Network((2, 3), (), output, loss))
        write_output_error(writer, symbols, Index("j"), one_hot=True)
    write_softmax_shift(writer, symbols)
    z, (i, j, k) = Quantity("z", "z"), map(Index, "ijk")
    entries = {index: Quantity("z", "z", 1, (3,), (index,)) for index in (i, j, k)}
    for name in DERIVATIVES:
        differentiate(writer, z, Function(name, z), z)
    differentiate(writer, z, Sum(entries[k] * entries[i], k, 3) - -(z**2), entries[j])
    return writer.finish()


def messages() -> list[Message]:
    found = []
    for block in all_blocks():
        match block:
            case Heading(text=Message() as text):
                found.append(text)
            case Paragraph(sentences=sentences):
                found += [sentence for sentence in sentences if isinstance(sentence, Message)]
            case Steps(steps=steps):
                found += [step.why for step in steps]
    return found


def steps() -> list[Step]:
    return [step for block in all_blocks() if isinstance(block, Steps) for step in block.steps]


@pytest.mark.parametrize("language", languages())
def test_every_message_can_be_said(language: str) -> None:
    for message in messages():
        said = pieces(message, language)
        assert said, message.key
        assert not any("{" in piece for piece in said if isinstance(piece, str)), message.key


@pytest.mark.parametrize("language", languages())
def test_every_rule_has_a_name(language: str) -> None:
    assert {step.rule for step in steps()} <= {key.removeprefix("rules.") for key in catalog(language)}


def test_no_line_of_a_table_has_a_reason_that_is_never_given() -> None:
    cancelling = [f"{name}_{output}" for name, entry in LOSSES.items() for output in entry.cancelling]
    owners = "|".join([*ACTIVATIONS, *LOSSES, *(f"{name}_pairing" for name in LOSSES), *cancelling])
    own = {key for key in catalog("en") if re.fullmatch(rf"calculus\.({owners})_\d+", key)}
    assert own - {message.key for message in messages()} == set()


def test_rules_of_the_tables_have_names_and_reasons() -> None:
    tables = [line for entry in ACTIVATIONS.values() for line in entry.derivation]
    tables += [line for entry in LOSSES.values() for line in (*entry.derivation, *entry.pairing)]
    tables += [line for entry in LOSSES.values() for lines in entry.cancelling.values() for line in lines]
    for rule, _ in tables:
        assert {f"rules.{rule}", f"calculus.{rule}"} <= set(catalog("en"))
