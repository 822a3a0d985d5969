"""Headers of real films where sample data is there: all are read, none is given millimetres it does not state."""

import os
from pathlib import Path

import pytest

from holdfast.imaging.animal import animal_of
from holdfast.imaging.header import Header, read_header
from holdfast.imaging.part10 import split_file
from holdfast.imaging.scale import scale_of
from holdfast.record.imaging_events import Plane


@pytest.fixture(scope="module")
def headers() -> dict[str, Header]:
    data = os.environ.get("HOLDFAST_DATA")
    if not data or not (Path(data) / "imaging").is_dir():
        pytest.skip("HOLDFAST_DATA names no folder with films")
    read = {}
    for path in sorted((Path(data) / "imaging").rglob("*.dcm")):
        whole = path.read_bytes()
        parts = split_file(whole)
        read[path.stem] = read_header(whole[parts.data_set_at :], parts.transfer_syntax)
    return read


def test_every_real_header_is_read(headers: dict[str, Header]) -> None:
    assert headers
    assert all(header.has_pixels and header.whole("Rows") for header in headers.values())


def test_pixel_spacing_alone_makes_no_millimetres(headers: dict[str, Header]) -> None:
    lying = [one for name, one in headers.items() if name.startswith("vetxray")]
    assert lying
    assert all(one["PixelSpacing"] and scale_of(one).plane is Plane.UNKNOWN for one in lying)
    assert {animal_of(one).species for one in lying} == {"cat"}
