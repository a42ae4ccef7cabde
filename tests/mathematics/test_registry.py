"""An entry is found by its name or an alias, and a wrong name is told what there is."""

from collections.abc import Mapping
from typing import Any

import pytest

from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.initializers import INITIALIZERS
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.optimizers import OPTIMIZERS
from clearprop.mathematics.registry import entry_named
from clearprop.mathematics.schedules import SCHEDULES

TABLES = {
    "activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
each_table = pytest.mark.parametrize(("what", "table"), TABLES.items(), ids=TABLES)


@each_table
def test_names_and_aliases_lead_to_one_entry(what: str, table: Mapping[str, Any]) -> None:
    names = [name for entry in table.values() for name in (entry.name, *entry.aliases)]
    assert len(names) == len(set(names))
    for key, entry in table.items():
        assert key == entry.name
        assert all(entry_named(table, name, what) is entry for name in (key, *entry.aliases))


@each_table
def test_an_unknown_name_is_told_all_names(what: str, table: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"^{what}: 'zzz' is unknown; there are ") as error:
        entry_named(table, "zzz", what)
    assert all(name in str(error.value) for name in table)
    assert "\n" not in str(error.value)


@each_table
def test_a_close_name_is_hinted_at(what: str, table: Mapping[str, Any]) -> None:
    for name in table:
        with pytest.raises(ValueError, match=f"did you mean '{name}'"):
            entry_named(table, name + "_", what)


@pytest.mark.parametrize("name", [None, 3, "", ["relu"]])
def test_what_is_no_name_is_unknown(name: object) -> None:
    with pytest.raises(ValueError, match="is unknown"):
        entry_named(ACTIVATIONS, name, "activation")
