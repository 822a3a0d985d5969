"""The course of a case in sentences, one for each thing that can be said, or for why it cannot."""

from dataclasses import dataclass

from holdfast.usecases.course_views import ExpectedView, SignView, TouchView, TreatmentView

CANNOT_SAY = "cannot say"


@dataclass(frozen=True)
class Said:
    """One sentence about one number after one treatment."""

    label: str
    unit: str
    verdict: str
    """as expected, less than expected, opposite to expected, changed, no change seen or cannot say."""
    text: str
    expected: ExpectedView | None = None
    """What may be expected, with grade and source, where something may."""

    @property
    def notable(self) -> bool:
        """Whether it did not go as it may be expected to."""
        return self.verdict.startswith(("less", "opposite"))


def after_treatment(treatment: TreatmentView) -> list[Said]:
    """What may be expected first, beside what was seen; then every other number that was measured; those of which
    nothing can be said, for one reason, in one line."""
    units = {sign.sign: sign.unit for sign in treatment.signs}
    expected = [
        Said(one.label, _unit(units.get(one.sign, "")), one.verdict, _without(one.text), one)
        for one in treatment.expected
    ]
    signs = {one.sign for one in treatment.expected}
    others = [_seen(sign) for sign in treatment.signs if sign.sign not in signs]
    unsaid: dict[str, list[str]] = {}
    for one in others:
        if one.verdict == CANNOT_SAY:
            unsaid.setdefault(one.text, []).append(one.label)
    together = [Said(", ".join(labels), "", CANNOT_SAY, why) for why, labels in unsaid.items()]
    return [*expected, *(one for one in others if one.verdict != CANNOT_SAY), *together]


def touch_effect(touch: TouchView) -> str:
    """What the monitor did after a press."""
    return touch.text if touch.significant is not None else f"{CANNOT_SAY}: {touch.text}"


def _seen(sign: SignView) -> Said:
    """The latest window that could be judged; when none could, why the first could not."""
    judged = [one for one in sign.windows if one.change is not None]
    if not judged:
        why = sign.windows[0].text if sign.windows else "not measured"
        return Said(sign.label, _unit(sign.unit), CANNOT_SAY, why)
    last = judged[-1]
    return Said(
        sign.label, _unit(sign.unit), last.verdict, f"{last.from_min} to {last.to_min} min: {_without(last.text)}"
    )


def _without(text: str) -> str:
    """The verdict stands in front of it already."""
    return text.removeprefix(f"{CANNOT_SAY}: ").removeprefix("no change seen ").strip()


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit
