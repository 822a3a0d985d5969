"""The list of thresholds that people read says the same as the code that acts on them."""

from importlib import import_module, resources

import pytest
import yaml

ENTRIES = yaml.safe_load((resources.files("holdfast.signals") / "thresholds.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["key"])
def test_a_listed_threshold_is_the_one_in_force_and_has_a_pedigree(entry: dict[str, object]) -> None:
    module, *path = str(entry["key"]).split(".")
    value = import_module(f"holdfast.signals.{module}")
    for name in path:
        value = value[name] if isinstance(value, dict) else getattr(value, name)
    assert value == entry["value"]
    assert entry["grade"] in ("published", "secondary", "estimate")
    assert bool(entry["source"]) is (entry["grade"] != "estimate")
    assert entry["note"]
    assert entry["unit"]
