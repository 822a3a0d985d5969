"""Numbers that our own analysis made from waveforms, as they stand in a monitor block beside the rows they came from.

They bear the time of the device, like everything else in a block. They can be made again from the samples; they are
kept so that what a screen showed can be told later, whatever the analysis has become since.
"""

from collections.abc import Iterable

import msgspec


class DerivedValue(msgspec.Struct, frozen=True, kw_only=True):
    """One number, what it was made from and by which release of the analysis."""

    key: str
    """hr_ecg, pulse_pleth, rr_resp, art_mean_wave ...: never a key that a monitor uses."""
    value: float
    unit: str
    at_us: int
    channel: str
    """The wave it was made from."""
    release: str
    quality: str = ""
    """good or fair; empty where the analysis did not say."""


class DerivedRun(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one kind as columns; ``at_us`` and ``value`` are equally long."""

    key: str
    unit: str
    channel: str
    release: str
    quality: str
    at_us: tuple[int, ...]
    value: tuple[float, ...]


def to_runs(values: Iterable[DerivedValue]) -> tuple[DerivedRun, ...]:
    """The values as columns, in the order of key and time."""
    found: dict[tuple[str, str, str, str, str], list[tuple[int, float]]] = {}
    for one in values:
        kind = (one.key, one.unit, one.channel, one.release, one.quality)
        found.setdefault(kind, []).append((one.at_us, one.value))
    return tuple(
        DerivedRun(
            key=key,
            unit=unit,
            channel=channel,
            release=release,
            quality=quality,
            at_us=tuple(at_us for at_us, _ in sorted(points)),
            value=tuple(value for _, value in sorted(points)),
        )
        for (key, unit, channel, release, quality), points in sorted(found.items())
    )


def from_runs(runs: Iterable[DerivedRun]) -> tuple[DerivedValue, ...]:
    """The values again, by time; raises ``ValueError`` for columns of unequal length."""
    values = [
        DerivedValue(
            key=run.key,
            value=value,
            unit=run.unit,
            at_us=at_us,
            channel=run.channel,
            release=run.release,
            quality=run.quality,
        )
        for run in runs
        for at_us, value in zip(run.at_us, run.value, strict=True)
    ]
    return tuple(sorted(values, key=lambda one: (one.at_us, one.key, one.channel)))
