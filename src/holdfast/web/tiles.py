"""Which value of a monitor stands in which place of a screen."""

from dataclasses import dataclass

from holdfast.usecases.live_views import BedView, ValueView


@dataclass(frozen=True)
class Tile:
    """A place on the screen, and the keys that may fill it, best first: the monitor's own number before ours, and of
    ours the one that several signals were set beside each other for."""

    name: str
    label: str
    keys: tuple[str, ...]
    colour: str
    """Class of the waveform colour it shares."""
    noted: str = ""
    """Key whose note is shown here too, whichever value fills the place: where our counts disagree, the monitor's own
    number is one to doubt as well."""


TILES: tuple[Tile, ...] = (
    Tile("hr", "Heart rate", ("hr", "heart_rate", "hr_ecg", "pulse", "pulse_art", "pulse_pleth"), "ecg", "heart_rate"),
    Tile("spo2", "SpO2", ("spo2",), "pleth"),
    Tile("rr", "Respiration", ("rr", "breath_rate", "rr_co2", "rr_resp", "rr_ecg"), "resp", "breath_rate"),
    Tile("map", "Mean pressure", ("art_mean", "art_mean_wave", "nibp_mean"), "art"),
    Tile("temp", "Temperature", ("temp",), "temp"),
)

GROUPS = {
    "monitor": "Measured by the monitor",
    "analysis": "Our analysis of its waves",
    "variability": "How the heart's intervals vary, our analysis of the last minutes",
}
"""Parts of the table of all values, in this order."""


def pick(view: BedView, tile: Tile) -> ValueView | None:
    """The first of the tile's values that can be shown; else the first that says why it cannot.

    One that is not new any more gives way to a fresh one that is younger; so a cuff does not replace the line at once.
    """
    present = {value.key: value for value in view.values}
    found = [present[key] for key in tile.keys if key in present]
    first = next((value for value in found if value.state != "blank"), None)
    if first is None:
        return found[0] if found else None
    if first.state == "fresh":
        return first
    return next((value for value in found if value.state == "fresh" and _age(value) < _age(first)), first)


def note(view: BedView, tile: Tile) -> str:
    """What to keep in mind with what stands in the place; empty when there is nothing."""
    value = pick(view, tile)
    noted = next((one.note for one in view.values if one.key == tile.noted), "")
    return (value.note if value else "") or noted


def source(value: ValueView) -> str:
    """Where a value is from, and how good it is when it is ours."""
    return f"{value.source}, {value.quality}" if value.quality else value.source


def _age(value: ValueView) -> float:
    return value.age_s if value.age_s is not None else float("inf")
