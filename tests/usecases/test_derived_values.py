"""What our analysis counts becomes part of the record: in blocks, in trends, in evidence."""

import msgspec
import numpy as np
import pytest

from holdfast.kernel.time import US_PER_S
from holdfast.record.blocks import decode_block
from holdfast.record.events import Strength, TouchResponse
from holdfast.record.monitor import Origin
from holdfast.usecases import beds, cases
from holdfast.usecases.context import Context
from holdfast.usecases.course_views import course_view
from holdfast.usecases.derived_values import ANALYSIS_RELEASE, read_derived
from holdfast.usecases.evidence import gather
from holdfast.usecases.flushing import Flusher
from holdfast.usecases.live import Ward
from holdfast.usecases.ports import Change, NewHeld
from holdfast.usecases.trends import trend_series
from holdfast.usecases.verification import verify
from making import NOON_US, StandingClock, make_context, monitor_message, wave
from signals.made_signals import Floats, ecg, steady_beats

RATE_HZ = 250.0


class House:
    """A ward with one dog on a monitor that sends waves and no numbers."""

    def __init__(self, *, training: bool = False) -> None:
        self.clock = StandingClock()
        self.ctx: Context = make_context(self.clock)
        beds.add_bed(self.ctx, actor="vet", bed="ICU 1")
        admission = cases.Admission(name="Rex", bed="ICU 1", training=training, weight_kg=30)
        self.case_id = cases.admit(self.ctx, actor="vet", admission=admission)
        self.ward = Ward(self.ctx)
        self.told: list[str] = []
        self.flusher = Flusher(self.ctx, lambda sentence, _: self.told.append(sentence))

    def play(self, samples: Floats, *, behind_s: float = 0, origin: Origin = Origin.LIVE, flush: bool = True) -> None:
        """One message a second, from a device whose clock is so far behind."""
        size = int(RATE_HZ)
        for second in range(len(samples) // size):
            self.clock.advance(1)
            sent_us = self.clock.at_us - int(behind_s * US_PER_S)
            piece = wave("ecg_ii", samples[second * size : (second + 1) * size], start_us=sent_us - US_PER_S)
            message = monitor_message(waves=(piece,), sent_us=sent_us, control_id=str(self.clock.at_us), origin=origin)
            held = NewHeld(case_id=self.case_id, bed="ICU 1", received_us=self.clock.at_us, message=message)
            change = Change(command_id=f"m{sent_us}", actor="d", recorded_us=self.clock.at_us, held=(held,))
            self.ctx.store.submit(change).result()
            self.ward.hear(held)
            if flush:
                self.flusher.flush_due(self.clock.at_us)

    def trend(self, key: str) -> list[float]:
        wide = {"from_us": NOON_US - 3600 * US_PER_S, "to_us": NOON_US + 3600 * US_PER_S}
        series = trend_series(self.ctx, self.case_id, **wide)
        return series[key]["last"] if key in series else []  # type: ignore[return-value]


def racing(seconds: float = 40, per_min: float = 210) -> Floats:
    return ecg(steady_beats(per_min, seconds), seconds, RATE_HZ)


def test_a_rate_that_only_we_count_is_in_blocks_and_trends_and_the_record_verifies() -> None:
    house = House()
    house.play(racing())
    assert house.told == []
    assert 200 <= np.median(house.trend("hr_ecg")) <= 220
    stored = read_derived(house.ctx.store, house.case_id, NOON_US, NOON_US + 60 * US_PER_S)
    seconds = [one.value.at_us for one in stored if one.value.key == "hr_ecg"]
    assert len(seconds) > 15
    assert seconds == sorted(set(seconds))
    assert {(one.device, one.value.channel, one.value.release) for one in stored} == {
        ("MON-1", "ecg_ii", ANALYSIS_RELEASE)
    }
    assert verify(house.ctx.store).ok


@pytest.mark.parametrize("behind_s", [0, 45, -45])
def test_our_numbers_stand_at_the_time_of_the_samples_they_were_made_from(behind_s: float) -> None:
    house = House()
    house.play(racing(), behind_s=behind_s)
    for block in house.ctx.store.blocks(house.case_id, from_us=0, to_us=2 * NOON_US)[1:]:
        content = decode_block(block.data)
        start_us = min(one.start_us for message in content.messages for one in message.waves)
        assert content.derived
        for one in content.derived:
            assert -5 * US_PER_S <= one.at_us - start_us <= 12 * US_PER_S


def test_our_count_is_evidence_where_the_monitor_says_nothing() -> None:
    house = House()
    house.play(racing())
    evidence, _ = gather(house.ctx, house.ctx.book.case(house.case_id), house.clock.at_us)
    assert evidence.findings["tachycardia"].presence.value == "present"
    assert "our count" in repr(evidence.findings["tachycardia"])


@pytest.mark.parametrize(("training", "counts"), [(False, False), (True, True)])
def test_our_count_of_a_replayed_recording_is_no_evidence_on_a_patient(training: bool, counts: bool) -> None:
    house = House(training=training)
    house.play(racing(), origin=Origin.REPLAYED)
    assert house.trend("hr_ecg")
    evidence, _ = gather(house.ctx, house.ctx.book.case(house.case_id), house.clock.at_us)
    assert ("tachycardia" in evidence.findings) == counts


@pytest.mark.parametrize("behind_s", [0, 45])
def test_a_response_to_touch_is_found_in_our_own_count(behind_s: float) -> None:
    house = House()
    quiet, quick = steady_beats(80, 60), steady_beats(190, 60)
    house.play(np.concatenate([ecg(quiet, 60, RATE_HZ), ecg(quick, 60, RATE_HZ)]), behind_s=behind_s)
    cases.record_touch(
        house.ctx,
        actor="vet",
        case_id=house.case_id,
        side="left",
        region="thorax_mid",
        strength=Strength.FIRM,
        response=TouchResponse.FLINCHES,
        at_us=NOON_US + 60 * US_PER_S,
    )
    _, (seen,) = gather(house.ctx, house.ctx.book.case(house.case_id), house.clock.at_us)
    assert seen.effect.significant is True
    assert "our count" in seen.effect.text
    assert "range +" in seen.effect.text
    (view,) = course_view(house.ctx, house.case_id, house.clock.at_us).touches
    assert (view.significant, view.text) == (True, seen.effect.text)


def test_what_could_not_be_written_waits_for_the_next_try() -> None:
    house = House()
    house.play(racing(), flush=False)
    held = house.ctx.store.held(house.case_id)
    taken = house.ctx.derived.take(house.case_id, held)
    assert sum(len(made) for made in taken.values()) > 15
    house.ctx.derived.put_back(house.case_id, taken)
    house.flusher.flush_due(house.clock.at_us)
    assert house.trend("hr_ecg")
    assert not any(house.ctx.derived.take(house.case_id, held).values())


def test_numbers_never_travel_to_another_case() -> None:
    house = House()
    house.play(racing(), flush=False)
    held = house.ctx.store.held(house.case_id)
    others = [msgspec.structs.replace(one, case_id="leo") for one in held]
    assert not any(house.ctx.derived.take("leo", others).values())
