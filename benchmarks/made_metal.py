"""Metal and what is mistaken for it, drawn into films: thickness in mm, then what it takes from the beam.

A film shows, after its unit has processed it, roughly the logarithm of what reached the detector: primary beam P and
scatter S. Metal of thickness t takes P to ``P exp(-mu t)`` and leaves S. Its gain is not guessed: two real air-gun
pellets (the only licensed film with a true metallic foreign body) stand 0.51 and 0.45 of the film's range above
backgrounds of 0.22 and 0.40; opaque metal is drawn to that line, times a spread of 0.8 to 1.25 between films (ours).
"""

import math
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

Grid = NDArray[np.float32]

MU_PER_MM = {"lead": 6.0, "steel": 1.9, "aluminium": 0.15, "glass": 0.22, "copper": 2.6}
"""Of a beam of 70 kVp behind 5 cm of water, as one energy of 46 to 48 keV: SpekPy 2.5 with NIST's tables gives 2.0 and
1.8 for 0.4 and 0.8 mm of steel, 2.9 and 2.5 of copper, 7.0 for 0.8 mm of lead; behind 10 cm 1.8 and 1.6 for steel. Lead
is all but opaque at the sizes drawn. Glass and aluminium are ours."""
OPAQUE_AT, OPAQUE_SLOPE = 0.585, -0.34
"""Contrast of opaque metal over a background v: 0.585 - 0.34 v, through both real pellets."""
SPR = (0.08, 0.9)
"""Scatter to primary behind a cat to a large dog, with and without a grid."""


@dataclass(frozen=True)
class Placed:
    """One thing drawn in, in pixels of the film."""

    kind: str
    size_mm: float
    """Least diameter of compact metal, length of a needle, longest side of anything else."""
    row: float
    column: float
    half: float
    """Half of its longest side."""
    background: float
    contrast: float
    box: tuple[int, int, int, int]
    turn: float = math.nan
    """Direction of a needle in radians: sine by row, cosine by column."""


def thickness(kind: str, rng: np.random.Generator, mm: float, size_mm: float | None = None) -> tuple[Grid, str, float]:
    """(mm of material on a grid of ``mm`` pixels, material, size in mm) of one thing, turned at random."""
    draw = _DRAWN[kind]
    grid, material, size = draw(rng, mm, size_mm)
    return np.asarray(grid, dtype=np.float32), material, size


def direction(deep: Grid) -> float:
    """In which direction (radians) something thin and straight lies on its grid."""
    row, column = np.nonzero(deep)
    _, axes = np.linalg.eigh(np.cov(np.stack([row, column]).astype(float)))
    return math.atan2(axes[0, 1], axes[1, 1])


def _canvas(width_mm: float, mm: float, over: int) -> tuple[Grid, Grid, float]:
    n = max(5, math.ceil(width_mm / mm) + 4) * over
    fine = mm / over
    y, x = np.mgrid[:n, :n].astype(np.float32)
    return (x - n / 2 + 0.5) * fine, (y - n / 2 + 0.5) * fine, fine


def _turned(x: Grid, y: Grid, angle: float) -> tuple[Grid, Grid]:
    c, s = math.cos(angle), math.sin(angle)
    return c * x + s * y, -s * x + c * y


def _shrunk(grid: Grid, over: int) -> Grid:
    n = grid.shape[0] // over
    return grid.reshape(n, over, n, over).mean(axis=(1, 3))


def _ball(rng: np.random.Generator, mm: float, size: float | None) -> tuple[Grid, str, float]:
    d = size or float(rng.uniform(1.0, 6.0))
    x, y, _ = _canvas(d * 1.2, mm, 4)
    r2 = (d / 2) ** 2 - x * x - y * y
    return _shrunk(2 * np.sqrt(np.maximum(r2, 0)), 4), str(rng.choice(["lead", "lead", "steel"])), d


def _pellet(rng: np.random.Generator, mm: float, size: float | None) -> tuple[Grid, str, float]:
    d = size or float(rng.choice([4.5, 5.5]))
    length = d * rng.uniform(1.0, 1.6)
    x, y, _ = _canvas(length * 1.5, mm, 4)
    u, w = _turned(x, y, rng.uniform(0, math.pi))
    waist = 1 - rng.uniform(0.15, 0.45) * np.exp(
        -((u - length * rng.uniform(-0.15, 0.15)) ** 2) / (0.12 * length) ** 2 / 2
    )
    half = d / 2 * waist
    inside = (np.abs(w) < half) & (np.abs(u) < length / 2)
    return _shrunk(np.where(inside, 2 * np.sqrt(np.maximum(half**2 - w**2, 0)), 0), 4), "lead", d


def _bullet(rng: np.random.Generator, mm: float, size: float | None) -> tuple[Grid, str, float]:
    d = size or float(rng.uniform(5.5, 11.5))
    length = d * rng.uniform(1.2, 3.2)
    x, y, _ = _canvas(length * 1.2, mm, 2)
    u, w = _turned(x, y, rng.uniform(0, 2 * math.pi))
    nose = np.clip((length / 2 - u) / (d * 0.9), 0, 1) ** 0.5
    half = d / 2 * nose
    inside = (np.abs(w) < half) & (np.abs(u) < length / 2)
    return _shrunk(np.where(inside, 2 * np.sqrt(np.maximum(half**2 - w**2, 0)), 0), 2), "lead", d


def _fragment(rng: np.random.Generator, mm: float, size: float | None) -> tuple[Grid, str, float]:
    d = size or float(rng.uniform(1.0, 9.0))
    aspect = rng.uniform(1.0, 2.2)
    x, y, _ = _canvas(d * aspect * 1.6, mm, 4)
    u, w = _turned(x, y, rng.uniform(0, 2 * math.pi))
    angle = np.arctan2(w, u / aspect)
    radius = np.full_like(angle, d / 2)
    for k in range(2, 7):
        radius *= 1 + rng.normal(0, 0.16 / k**0.5) * np.cos(k * angle + rng.uniform(0, 2 * math.pi))
    reach = np.hypot(w, u / aspect) / np.maximum(radius, 0.2 * d)
    deep = d * rng.uniform(0.35, 1.0) * np.sqrt(np.maximum(1 - reach**2, 0))
    return _shrunk(deep, 4), str(rng.choice(["lead", "lead", "steel", "copper"])), d


def _path(mm: float, points: NDArray[np.float64], width: float) -> Grid:
    """A round wire along points (mm)."""
    span = float(np.abs(points).max()) * 2 + width * 2
    n, fine = max(5, math.ceil(span / mm) + 4) * 2, mm / 2
    picture = Image.new("L", (n, n))
    flat = [(float(px / fine + n / 2 - 0.5), float(py / fine + n / 2 - 0.5)) for px, py in points]
    ImageDraw.Draw(picture).line(flat, fill=255)
    row, column = np.nonzero(np.asarray(picture))
    half = width / 2 + 0.25 * fine
    reach = math.ceil(half / fine)
    deep = np.zeros((n, n))
    i, j = (one.ravel() for one in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    away = np.hypot(i, j) * fine
    # The nearest come last and stay: a distance transform of so large a picture takes most of a second.
    for k in np.argsort(-away):
        if away[k] < half:
            r, c = row + i[k], column + j[k]
            inside = (r >= 0) & (c >= 0) & (r < n) & (c < n)
            deep[r[inside], c[inside]] = 2 * math.sqrt(half**2 - away[k] ** 2)
    return _shrunk(deep, 2)


def _needle(rng: np.random.Generator, mm: float, size: float | None) -> tuple[Grid, str, float]:
    length = size or float(rng.uniform(8.0, 60.0))
    width = rng.uniform(0.6, 1.1) if length > 15 else rng.uniform(0.5, 0.9)
    t = np.linspace(-length / 2, length / 2, 60)
    bow = rng.normal(0, 0.012) * (t**2 - length**2 / 4) / length
    angle = rng.uniform(0, math.pi)
    c, s = math.cos(angle), math.sin(angle)
    points = np.stack([c * t - s * bow, s * t + c * bow], axis=1)
    return _path(mm, points, float(width)), "steel", length


def _hook(rng: np.random.Generator, mm: float, size: float | None) -> tuple[Grid, str, float]:
    length = size or float(rng.uniform(12.0, 40.0))
    radius, width = length * rng.uniform(0.15, 0.25), rng.uniform(0.8, 1.8)
    shank = np.stack([np.zeros(30), np.linspace(-length / 2, length / 2 - radius, 30)], axis=1)
    turn = np.linspace(0, math.pi * rng.uniform(0.9, 1.2), 30)
    bend = np.stack([radius - radius * np.cos(turn), length / 2 - radius + radius * np.sin(turn)], axis=1)
    points = np.concatenate([shank, bend]) - [radius, 0]
    c, s = math.cos(a := rng.uniform(0, 2 * math.pi)), math.sin(a)
    return _path(mm, points @ np.array([[c, s], [-s, c]]), float(width)), "steel", length


def _coin(rng: np.random.Generator, mm: float, size: float | None) -> tuple[Grid, str, float]:
    d = size or float(rng.uniform(6.0, 26.0))
    x, y, _ = _canvas(d * 1.1, mm, 2)
    u, w = _turned(x, y, rng.uniform(0, math.pi))
    tilt = rng.uniform(0.15, 1.0)
    reach = np.hypot(u, w / tilt) / (d / 2)
    deep = np.where(reach < 1, rng.uniform(1.5, 4.0) / max(tilt, 0.3), 0)
    if rng.random() < 0.4:  # a button battery shows its rim
        deep = np.where(reach < 0.85, deep, deep * 0.55)
    return _shrunk(deep, 2), str(rng.choice(["steel", "copper"])), d


def _microchip(rng: np.random.Generator, mm: float, _: float | None) -> tuple[Grid, str, float]:
    length, width = rng.uniform(8.0, 13.5), rng.uniform(1.4, 2.2)
    x, y, _ = _canvas(length * 1.1, mm, 4)
    u, w = _turned(x, y, rng.uniform(0, math.pi))
    short = length * rng.uniform(0.5, 1.0)  # seen along
    end = np.maximum(np.abs(u) - (short / 2 - width / 2), 0)
    glass = 2 * np.sqrt(np.maximum((width / 2) ** 2 - w**2 - end**2, 0)) * 0.5
    core = (np.abs(u + short * 0.08) < short * rng.uniform(0.28, 0.4)) & (np.abs(w) < width * rng.uniform(0.25, 0.36))
    coil = np.where(core, rng.uniform(0.5, 1.4), 0.0)
    return _shrunk(glass * 0.12 + coil, 4), "steel", length


def _clip(rng: np.random.Generator, mm: float, _: float | None) -> tuple[Grid, str, float]:
    """A snap with its lead: a dense stud, a ring or body around it, and a wire that runs on."""
    x, y, _ = _canvas(90.0, mm, 1)
    angle = rng.uniform(0, 2 * math.pi)
    u, w = _turned(x, y, angle)
    reach = np.hypot(u, w)
    deep = np.where(reach < rng.uniform(1.2, 2.5), rng.uniform(0.8, 2.5), 0.0)
    outer = rng.uniform(4.0, 7.5)
    deep += np.where((reach < outer) & (reach > outer - rng.uniform(0.6, 1.8)), rng.uniform(0.15, 0.7), 0.0)
    body = (u > 0) & (u < rng.uniform(12, 22)) & (np.abs(w) < rng.uniform(2.0, 4.0))
    deep += np.where(body, rng.uniform(0.05, 0.35), 0.0)
    bend = rng.uniform(-0.006, 0.006)
    wire = (u > 10) & (np.abs(w - bend * (u - 10) ** 2) < rng.uniform(0.4, 0.7))
    deep += np.where(wire & (u < 40), rng.uniform(0.15, 0.6), 0.0)
    return deep, "steel", 2 * outer


def _plate(rng: np.random.Generator, mm: float, _: float | None) -> tuple[Grid, str, float]:
    length, width = rng.uniform(28.0, 90.0), rng.uniform(4.0, 11.0)
    x, y, _ = _canvas(length * 1.2, mm, 1)
    u, w = _turned(x, y, rng.uniform(0, math.pi))
    deep = np.where((np.abs(u) < length / 2) & (np.abs(w) < width / 2), rng.uniform(1.0, 3.5), 0.0)
    step = width * rng.uniform(1.1, 1.8)
    for at in np.arange(-length / 2 + step / 2, length / 2, step):
        hole = np.hypot(u - at, w)
        screw = rng.random() < 0.7
        deep = np.where(hole < width * 0.24, rng.uniform(3.0, 8.0) if screw else 0.0, deep)
    return deep, "steel", length


def _screw(rng: np.random.Generator, mm: float, _: float | None) -> tuple[Grid, str, float]:
    length, width = rng.uniform(10.0, 45.0), rng.uniform(1.8, 4.5)
    x, y, _ = _canvas(length * 1.2, mm, 3)
    u, w = _turned(x, y, rng.uniform(0, 2 * math.pi))
    pitch = width * rng.uniform(0.3, 0.5)
    half = width / 2 * (0.84 + 0.16 * np.cos(2 * math.pi * u / pitch))
    half = np.where(u < -length / 2 + width, width * 0.95, half)
    inside = (np.abs(u) < length / 2) & (np.abs(w) < half)
    return _shrunk(np.where(inside, 2 * np.sqrt(np.maximum(half**2 - w**2, 0)), 0), 3), "steel", length


def _pin(rng: np.random.Generator, mm: float, _: float | None) -> tuple[Grid, str, float]:
    length, width = rng.uniform(60.0, 140.0), rng.uniform(1.6, 6.0)
    t = np.linspace(-length / 2, length / 2, 20)
    c, s = math.cos(a := rng.uniform(0, math.pi)), math.sin(a)
    return _path(mm, np.stack([c * t, s * t], axis=1), float(width)), "steel", length


def _lead_letter(rng: np.random.Generator, mm: float, _: float | None) -> tuple[Grid, str, float]:
    height = rng.uniform(8.0, 22.0)
    glyph = _glyphs(str(rng.choice(list("LRLRDSAE"))), max(9, int(height / mm)), rng)
    glyph = ndimage.rotate(glyph, rng.normal(0, 8), order=1, reshape=True)
    return np.maximum(glyph, 0) * rng.uniform(0.5, 2.0), "lead", height


_DRAWN = {
    "ball": _ball,
    "pellet": _pellet,
    "bullet": _bullet,
    "fragment": _fragment,
    "needle": _needle,
    "hook": _hook,
    "coin": _coin,
    "microchip": _microchip,
    "clip": _clip,
    "plate": _plate,
    "screw": _screw,
    "pin": _pin,
    "lead_letter": _lead_letter,
}
METAL = ("ball", "pellet", "bullet", "fragment", "needle", "hook", "coin")
DISTRACTORS = ("microchip", "clip", "plate", "screw", "pin", "lead_letter", "burned_text")
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf", "DejaVuSerif-Bold.ttf", "STIXGeneral.ttf")


def _glyphs(text: str, height: int, rng: np.random.Generator) -> Grid:
    from matplotlib import get_data_path

    font = ImageFont.truetype(f"{get_data_path()}/fonts/ttf/{rng.choice(FONTS)}", height)
    left, top, right, bottom = font.getbbox(text)
    picture = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(picture).text((2 - left, 2 - top), text, fill=255, font=font)
    return np.asarray(picture, dtype=np.float32) / 255


@dataclass
class Beam:
    """How one film shows metal."""

    factor: float
    spr: float
    blur_mm: float
    crisp: float
    """Edge enhancement of the unit."""


def beam(rng: np.random.Generator) -> Beam:
    """One film's way of showing metal."""
    return Beam(
        float(rng.uniform(0.8, 1.25)),
        float(rng.uniform(*SPR)),
        float(rng.uniform(0.08, 0.22)),
        float(rng.uniform(0, 0.3)),
    )


def draw(
    film: Grid, deep: Grid, material: str, at: tuple[int, int], mm: float, how: Beam
) -> tuple[float, float, tuple[int, int, int, int]]:
    """Put metal into ``film`` (0 to 1, in place); (background, contrast, box) where it is thickest."""
    blur = max(how.blur_mm / mm, 0.45)
    pad = max(3, round(3 * blur))
    taken = np.pad(np.exp(-MU_PER_MM[material] * deep), pad, constant_values=1.0)
    taken = ndimage.gaussian_filter(taken, blur)
    shown = np.log((1 + how.spr) / (np.maximum(taken, 0) + how.spr)) / math.log((1 + how.spr) / how.spr)
    if how.crisp:
        shown = shown + how.crisp * (shown - ndimage.gaussian_filter(shown, 4 * blur))
    rows, columns = shown.shape
    top, left = at[0] - rows // 2, at[1] - columns // 2
    r0, c0, r1, c1 = max(0, top), max(0, left), min(film.shape[0], top + rows), min(film.shape[1], left + columns)
    here = film[r0:r1, c0:c1]
    shown = shown[r0 - top : r1 - top, c0 - left : c1 - left]
    if not shown.size or shown.max() < 0.02:
        return 0.0, 0.0, (at[0], at[1], at[0], at[1])
    base = ndimage.uniform_filter(here, 9)
    added = shown * np.clip(OPAQUE_AT + OPAQUE_SLOPE * base, 0.05, None) * how.factor
    peak = np.unravel_index(int(np.argmax(added)), added.shape)
    background = float(base[peak])
    new = np.minimum(here + added, 1.0)
    contrast = float(np.percentile((new - here)[shown > 0.5 * shown.max()], 70))
    film[r0:r1, c0:c1] = new
    big_r, big_c = np.nonzero(shown > 0.3 * shown.max())
    box = (r0 + int(big_r.min()), c0 + int(big_c.min()), r0 + int(big_r.max()) + 1, c0 + int(big_c.max()) + 1)
    return background, contrast, box


def burn_text(film: Grid, rng: np.random.Generator, mm: float) -> list[Placed]:
    """Letters that a unit writes into the pixels: exact values, hard edges, some in a box."""
    rows, columns = film.shape
    text = str(
        rng.choice(["L", "R", "D", "LL", "RL", "VD", "12:40:07", "W 3780", "2024-03-11", "Bettaufnahme", "kV 70 mAs 4"])
    )
    one = len(text) <= 2
    height = int(rng.uniform(0.025, 0.06) * rows) if one else int(rng.uniform(0.010, 0.022) * rows)
    glyph = _glyphs(text, max(8, height), rng)
    h, w = glyph.shape
    side = rng.random()
    r = int(rng.uniform(0.01, 0.16) * rows) if rng.random() < 0.5 else int(rng.uniform(0.80, 0.97) * rows) - h
    c = int(rng.uniform(0.01, 0.2) * columns) if side < 0.5 else int(rng.uniform(0.78, 0.97) * columns) - w
    r, c = min(max(r, 2), rows - h - 2), min(max(c, 2), columns - w - 2)
    white = float(rng.choice([1.0, 1.0, 0.85]))
    here = film[r : r + h, c : c + w]
    how = rng.random()
    if how < 0.25:
        here[:] = 0.0
    elif how < 0.45:
        here[:] = rng.uniform(0.25, 0.45)
    film[r : r + h, c : c + w] = here + (white - here) * np.where(
        glyph > 0.5, 1.0, 0.0 if rng.random() < 0.5 else glyph
    )
    box = (r, c, r + h, c + w)
    if rng.random() < 0.2:
        box = _ruler(film, rng, white)
    return [Placed("burned_text", h * mm, r + h / 2, c + w / 2, max(h, w) / 2, 0.0, white, box)]


def _ruler(film: Grid, rng: np.random.Generator, white: float) -> tuple[int, int, int, int]:
    """A scale written along one side: a line with short strokes."""
    rows, columns = film.shape
    thick, step, strokes = int(rng.integers(1, 4)), int(rng.uniform(0.02, 0.09) * rows), int(rng.integers(4, 11))
    long = min(step * strokes, int(0.8 * rows))
    r, c = int(rng.uniform(0.05, 0.15) * rows), int((0.02 if rng.random() < 0.5 else 0.96) * columns)
    film[r : r + long, c : c + thick] = white
    for at in range(r, r + long + 1, max(step, 2)):
        film[at : at + thick, c : c + 10] = white
    return r, c, r + long + thick, c + 10


def worn(film: Grid, rng: np.random.Generator) -> Grid:
    """Another exposure and another export of the same film: grain, shift of grey, eight bits, sometimes JPEG."""
    out = film * rng.uniform(0.88, 1.08) + rng.uniform(-0.04, 0.04)
    out = np.clip(out + rng.normal(0, rng.uniform(0.0, 0.010), film.shape), 0, 1)
    whole = np.asarray(np.round(out * 255), dtype=np.uint8)
    if rng.random() < 0.4:
        buffer = BytesIO()
        Image.fromarray(whole).save(buffer, "JPEG", quality=int(rng.integers(75, 96)))
        whole = np.asarray(Image.open(buffer))
    return np.asarray(whole, dtype=np.float32) / 255
