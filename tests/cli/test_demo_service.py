"""The demo's Rex comes with a past that the page of his case can be played on."""

from types import SimpleNamespace
from typing import Any

from holdfast.cli.demo_service import write_history
from holdfast.simulation.scenarios.rex import REX
from holdfast.simulation.scenarios.rex_service import fragment
from holdfast.usecases import cases, incidents, service
from making import make_context


def test_rex_s_history_is_written_linked_and_simulated() -> None:
    ctx = make_context()
    now_us = ctx.clock.now_us()
    case_id = cases.admit(ctx, actor="x", admission=cases.Admission(**REX.signalment.form()))  # type: ignore[arg-type]
    assert REX.past is not None
    house: Any = SimpleNamespace(ctx=ctx)
    write_history(house, REX, REX.past, case_id, now_us)
    dog = service.linked_dog(ctx, case_id)
    assert dog is not None
    assert dog.added.training
    assert len(dog.standing) == len(REX.past.entries)
    lesion = fragment(now_us)
    assert lesion.age is not None
    told = incidents.Description(
        by=lesion.by,
        side=lesion.side,
        region=lesion.region,
        depth=lesion.depth,
        found=lesion.found,
        found_basis=lesion.found_basis,
        material=lesion.material,
        age_low_days=lesion.age.low_days,
        age_high_days=lesion.age.high_days,
        age_basis=lesion.age.basis,
        age_reason=lesion.age.reason,
        age_by=lesion.age.by,
    )
    incidents.describe(ctx, actor="x", case_id=case_id, description=told)
    (lesion_id,) = ctx.book.case(case_id).inquiry.lesions
    page = incidents.page_of(ctx, case_id, lesion_id)
    assert page["rows"][0]["key"] == "not_on_record"
    assert any("does not explain a projectile" in one for one in page["says"])
    assert {one["place"] for one in page["works"] if one["in_span"]} == {
        "Range",
        "Warehouse, Dock Road",
        "Stadium",
        "Ring road",
        "Mill Street",
    }
