"""The inquiry of a case as a chapter of its report: what was found, and what was put on record about what did it."""

from collections.abc import Callable

from holdfast.record.case_state import CaseState
from holdfast.usecases.context import Context
from holdfast.usecases.documents import Block, Heading, Rows, Text
from holdfast.usecases.inquiry_words import lesion_detail, lesion_words


def inquiry_chapter(ctx: Context, case: CaseState, stamp: Callable[[int], str]) -> list[Block]:
    """Nothing where nothing was found. ``case`` is as of the moment that the report tells of."""
    inquiry = case.inquiry
    if not inquiry.lesions:
        return []
    blocks: list[Block] = [Heading("Could an incident have done this?")]
    for lesion in inquiry.lesions.values():
        region = ctx.knowledge.regions.get(lesion.region)
        blocks.append(
            Text(f"{lesion_words(lesion, region.name if region else lesion.region)}. {lesion_detail(lesion)}")
        )
    for event, actor in inquiry.statements:
        by = ctx.book.clinic.name_of(actor)
        blocks.append(
            Text(f"Put on record {stamp(event.at_us)} by {by}; data of injuries {event.data_release}.", "small")
        )
        page = event.page
        blocks += [Text(f"OPINION, no fact. {said}", "opinion") for said in page.get("says", [])]
        rows = tuple((row["title"], row["text"], row["range"]) for row in page.get("rows", []))
        blocks.append(Rows(("Candidate", "Probability", "Range"), rows, (4, 1, 1.6)))
    if not inquiry.statements:
        blocks.append(Text("No comparison with the dog's past was put on record."))
    return blocks
