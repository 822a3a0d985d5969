"""Plain SVG line plots and calibration figures for the benchmarks; no plotting library is needed."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_SIZE, _LEFT, _TOP, _RIGHT, _BOTTOM = 360, 56, 34, 14, 48
_COLOURS = ("#1f5f8b", "#b3541e", "#3b7d3b", "#7a4b94")
_DASHES = ("", "6 4", "2 3", "9 3 2 3")


def calibration_error(claimed: NDArray[np.float64], true: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: mean distance of claim and truth over equal bins of the claim."""
    inside = np.minimum((claimed * bins).astype(int), bins - 1)
    used = [inside == b for b in range(bins) if (inside == b).any()]
    return float(sum(m.mean() * abs(claimed[m].mean() - true[m].mean()) for m in used))


def reliability(claimed: NDArray[np.float64], true: NDArray[np.bool_], bins: int = 10) -> list[tuple[float, float]]:
    """(mean claim, share true) of each bin that holds at least five."""
    inside = np.minimum((claimed * bins).astype(int), bins - 1)
    used = [inside == b for b in range(bins) if (inside == b).sum() >= 5]
    return [(float(claimed[m].mean()), float(true[m].mean())) for m in used]


def write_line_plot(
    path: Path,
    title: str,
    x_label: str,
    y_label: str,
    lines: dict[str, list[tuple[float, float]]],
    *,
    diagonal: bool = False,
    upper: float = 1.0,
) -> None:
    """Lines over [0, upper] on both axes; the diagonal says where they should lie."""
    plot = _SIZE - _LEFT - _RIGHT

    def at(x: float, y: float) -> str:
        return f"{_LEFT + plot * min(x, upper) / upper:.1f},{_TOP + plot * (1 - min(y, upper) / upper):.1f}"

    height = _TOP + plot + _BOTTOM + 18 * len(lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {height}" font-family="sans-serif" '
        f'font-size="12"><title>{title}</title><rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" font-weight="bold">{title}</text>',
    ]
    for step in range(6):
        value = upper * step / 5
        x, y = at(value, value).split(",")
        parts.append(f'<path d="M{x} {_TOP}V{_TOP + plot}M{_LEFT} {y}H{_LEFT + plot}" stroke="#ddd"/>')
        parts.append(f'<text x="{x}" y="{_TOP + plot + 16}" text-anchor="middle">{value:g}</text>')
        parts.append(f'<text x="{_LEFT - 6}" y="{float(y) + 4:.1f}" text-anchor="end">{value:g}</text>')
    if diagonal:
        parts.append(f'<path d="M{at(0, 0)} L{at(upper, upper)}" stroke="#888" stroke-dasharray="3 3"/>')
    for place, (name, points) in enumerate(lines.items()):
        colour, dash = _COLOURS[place % 4], _DASHES[place % 4]
        path_text = " L".join(at(x, y) for x, y in points)
        parts.append(
            f'<path d="M{path_text}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
        )
        for x, y in points:
            cx, cy = at(x, y).split(",")
            parts.append(f'<circle cx="{cx}" cy="{cy}" r="3" fill="{colour}"/>')
        row = _TOP + plot + _BOTTOM + 18 * place
        parts.append(f'<path d="M{_LEFT} {row}h24" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>')
        parts.append(f'<text x="{_LEFT + 30}" y="{row + 4}">{name}</text>')
    parts.append(f'<text x="{_LEFT + plot / 2}" y="{_TOP + plot + 34}" text-anchor="middle">{x_label}</text>')
    parts.append(
        f'<text transform="translate(14 {_TOP + plot / 2}) rotate(-90)" text-anchor="middle">{y_label}</text></svg>'
    )
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")
