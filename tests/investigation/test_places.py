"""Places of the body chart, as the comparison of incidents knows them."""

from holdfast.investigation.places import PART
from holdfast.knowledge.loader import load


def test_every_region_of_the_chart_belongs_to_a_part_of_the_body() -> None:
    assert set(load().regions) <= set(PART)
