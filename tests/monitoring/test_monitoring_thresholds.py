"""The list of thresholds over minutes and hours that people read says the same as the code that acts on them."""

from importlib import import_module, resources

import pytest
import yaml

from holdfast.monitoring.shown import SHOWN

ENTRIES = yaml.safe_load((resources.files("holdfast.monitoring") / "thresholds.yaml").read_text(encoding="utf-8"))


def tupled(value: object) -> object:
    return tuple(tupled(one) for one in value) if isinstance(value, list) else value


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["key"])
def test_a_listed_threshold_is_the_one_in_force_and_has_a_pedigree(entry: dict[str, object]) -> None:
    module, *path = str(entry["key"]).split(".")
    value = import_module(f"holdfast.monitoring.{module}")
    for name in path:
        value = value[name] if isinstance(value, dict) else getattr(value, name)
    assert value == tupled(entry["value"])
    assert entry["grade"] in ("published", "secondary", "estimate")
    assert bool(entry["source"]) is (entry["grade"] != "estimate")
    assert entry["note"]
    assert entry["unit"]


def test_every_number_on_a_screen_has_its_notable_change_listed() -> None:
    listed = {entry["key"] for entry in ENTRIES}
    assert all(f"shown.BY_KEY.{one.key}.notable_change" in listed for one in SHOWN)
