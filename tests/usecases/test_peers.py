"""What was turned away is on record, and no flood of it fills the record."""

from holdfast.kernel.limits import REFUSALS_PER_HOUR_MAX
from holdfast.usecases.peers import Refusals, refusals
from making import StandingClock, make_context


def test_each_peer_is_told_of_once_an_hour_and_a_flood_is_bounded() -> None:
    clock = StandingClock()
    ctx = make_context(clock)
    book = Refusals(ctx)
    for _ in range(3):
        book.refused("HL7", "192.0.2.9", "", "It is not on the list of monitors.")
    assert len(refusals(ctx)) == 1
    for number in range(2 * REFUSALS_PER_HOUR_MAX):
        book.refused("DICOM", "192.0.2.9", f"T{number}\x00\n", "It is not on the list of imaging units.")
    assert len(refusals(ctx, limit=1_000)) == REFUSALS_PER_HOUR_MAX
    assert refusals(ctx)[0].title.isprintable()
    clock.advance(3600)
    book.refused("HL7", "192.0.2.9", "", "It is not on the list of monitors.")
    assert refusals(ctx)[0].protocol == "HL7"
    assert len(refusals(ctx, limit=1_000)) == REFUSALS_PER_HOUR_MAX + 1
