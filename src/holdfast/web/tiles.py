"""Which value of a monitor stands in which place of a screen."""

from dataclasses import dataclass

from holdfast.usecases.live_views import BedView, ValueView


@dataclass(frozen=True)
class Tile:
    """A place on the screen, and the keys that may fill it, best first."""

    name: str
    label: str
    keys: tuple[str, ...]
    colour: str
    """Class of the waveform colour it shares."""


TILES: tuple[Tile, ...] = (
    Tile("hr", "Heart rate", ("hr", "hr_ecg", "pulse"), "ecg"),
    Tile("spo2", "SpO2", ("spo2",), "pleth"),
    Tile("rr", "Respiration", ("rr",), "resp"),
    Tile("map", "Mean pressure", ("art_mean", "nibp_mean"), "art"),
    Tile("temp", "Temperature", ("temp",), "temp"),
)


def pick(view: BedView, tile: Tile) -> ValueView | None:
    """The first of the tile's values that can be shown; else the first that says why it cannot."""
    present = {value.key: value for value in view.values}
    found = [present[key] for key in tile.keys if key in present]
    return next((value for value in found if value.state != "blank"), found[0] if found else None)
