"""The second look as cards: a summary under 140 characters, the details as Markdown, what can be done, why not.

Words that people typed are escaped: a card is drawn by a page that is not ours.
"""

import re
import uuid
from collections.abc import Sequence
from typing import Any

from holdfast.gateways.cds_hooks.requests import DraftOrder
from holdfast.kernel.time import to_datetime
from holdfast.knowledge.hook_codes import HookCodes
from holdfast.knowledge.model import Reason
from holdfast.record.events import Decision

SUMMARY_MAX = 139
"""CDS Hooks asks for less than 140."""
LABEL_MAX = 80
_TEST_MAX = 36
NAMED = 4
"""Findings and causes that the detail names; the page behind the link has all of them."""
_NAMES = uuid.UUID("6f9d2c1e-8b1f-5a55-9a43-8a0f2f6f7c11")
_MARKS = re.compile(r"([\\`*_\[\]|~>])")
"""What begins markup inside a line; the texts never begin one."""

_INDICATORS = {"does_not_fit": "critical", "leaves_open": "warning", "fits": "info"}
"""By the verdict; what cannot be judged is a warning. Causes that are not excluded move nothing here: there are always
some, and a card that warns always is not read."""

Card = dict[str, Any]
Look = dict[str, Any]


def order_card(
    look: Look,
    codes: HookCodes,
    reasons: Sequence[Reason],
    *,
    call_id: str,
    address: str,
    patient_id: str,
    orders: Sequence[DraftOrder],
) -> Card:
    """The card for an end-of-life order. It never says that something is excluded, and stops nobody."""
    card = _card(look, call_id, address, _INDICATORS.get(look["verdict"]["level"], "warning"))
    suggestions = _suggestions(look, call_id, patient_id, orders)
    if suggestions:
        card |= {"suggestions": suggestions, "selectionBehavior": "any"}
    return card | {"overrideReasons": override_reasons(codes, reasons)}


def view_cards(look: Look, *, call_id: str, address: str) -> list[Card]:
    """Cards when a chart is opened: one where the picture does not fit the working diagnosis, else none."""
    return [_card(look, call_id, address, "warning")] if look["verdict"]["level"] == "does_not_fit" else []


def unknown_code_card(address: str, texts: Sequence[str]) -> Card:
    """An order that reads like euthanasia and carries no code known here: nothing was looked at, and that is said."""
    named = _cut(texts[0] if texts else "An order", 60)
    return {
        "uuid": str(uuid.uuid5(_NAMES, f"unknown code {named}")),
        "summary": _cut(f"No second look was made: {named!r} carries no code that is known here", SUMMARY_MAX),
        "indicator": "info",
        "detail": "Holdfast tells an end-of-life order by its code, never by its words. Its administrator can add the "
        "code that this system uses (order_codes in hooks.yaml).",
        "source": {"label": "Holdfast second look", "url": address},
    }


def _card(look: Look, call_id: str, address: str, indicator: str) -> Card:
    page = f"{address}/cases/{look['case']['case_id']}/second-look"
    return {
        "uuid": str(uuid.uuid5(_NAMES, f"{call_id} card")),
        "summary": summary(look),
        "indicator": indicator,
        "detail": detail(look),
        "source": {"label": "Holdfast second look", "url": f"{address}/knowledge/sources"},
        "links": [{"label": "Open the second look", "url": page, "type": "absolute"}],
    }


def summary(look: Look) -> str:
    """One line, always shorter than 140 characters: the diagnosis is what is cut."""
    count = len(look["unexplained"])
    findings = f"{count} finding{'s' if count != 1 else ''}"
    before = "SIMULATED. " if look["simulated"] else ""
    begins = {
        "does_not_fit": f"The picture does not fit, {findings} unexplained: ",
        "leaves_open": f"No misfit, but {findings} unexplained: ",
        "fits": "No misfit: ",
    }.get(look["verdict"]["level"], "Fit cannot be judged: ")
    test = look["next_tests"][0] if look["next_tests"] else None
    ends = f"; would tell most: {_cut(test['name'], _TEST_MAX)} ({test['minutes']:g} min)" if test else ""
    room = SUMMARY_MAX - len(before) - len(begins) - len(ends)
    working = look["working"]["text"] or "no working diagnosis on record"
    return f"{before}{begins}{_cut(' '.join(working.split()), room)}{ends}"


def detail(look: Look) -> str:
    """GitHub Flavored Markdown; every value escaped."""
    parts = ["**Simulated dog.**"] if look["simulated"] else []
    parts.append(plain(look["verdict"]["text"]))
    if look["unexplained"]:
        parts.append(f"**Does not fit or stays unexplained:** {_named(look['unexplained'])}")
    if look["not_excluded"]:
        causes = [f"{plain(one['name'])} (within {plain(one['urgency'])})" for one in look["not_excluded"][:NAMED]]
        parts.append(f"**Treatable, and not excluded:** {_and_more(causes, len(look['not_excluded']))}")
    if look["next_tests"]:
        test = look["next_tests"][0]
        facts = f"{test['minutes']:g} min, {plain(test['invasiveness_text'])}"
        parts.append(f"**The one test that would tell most:** {plain(test['name'])} ({facts})")
    if (before := look.get("before_going_on")) and before["tests"]:
        short = [f"{plain(one['name'])} ({one['minutes']:g} min)" for one in before["tests"]]
        parts.append(f"**Short tests before going on:** {', '.join(short)}. {plain(before['words'])}")
    changes = [plain(line["text"]) for line in look["monitor"]["lines"] if line["notable"]]
    if changes:
        parts.append(f"**The monitor, last minutes:** {_and_more(changes[:NAMED], len(changes))}")
    if look.get("hold"):
        parts.append(f"**If held:** {plain(look['hold']['words'])}")
    parts += [plain(text) for text in look["caveats"][:2]]
    when = to_datetime(look["at_us"]).strftime("%Y-%m-%d %H:%M:%S UTC")
    parts.append(plain(f"As of {when}, knowledge {look['knowledge_release']}. A person decides; nothing is stopped."))
    return "\n\n".join(parts)


def override_reasons(codes: HookCodes, reasons: Sequence[Reason]) -> list[dict[str, str]]:
    """Our reasons to go on, then those of the standard code system that can be meant."""
    known = codes.override_reasons
    own = [
        {"system": known.own_system, "code": one.key, "display": one.text}
        for one in reasons
        if one.decision == Decision.PROCEED
    ]
    return own + [{"system": known.system, "code": one.code, "display": one.display} for one in known.standard]


def _suggestions(look: Look, call_id: str, patient_id: str, orders: Sequence[DraftOrder]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    if look["next_tests"]:
        test = look["next_tests"][0]
        resource = {
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "order",
            "priority": "stat",
            "subject": {"reference": f"Patient/{patient_id}"},
            "code": {
                "coding": [{"system": "urn:holdfast:test", "code": test["key"], "display": test["name"]}],
                "text": test["name"],
            },
        }
        made.append(
            {
                "label": _cut(f"Order first: {test['name']}", LABEL_MAX),
                "uuid": str(uuid.uuid5(_NAMES, f"{call_id} test")),
                "isRecommended": True,
                "actions": [{"type": "create", "description": f"Order {test['name']}", "resource": resource}],
            }
        )
    held = [one.reference for one in orders if one.reference]
    if held:
        actions = [
            {"type": "delete", "description": "Take the draft back; nothing is lost by it", "resourceId": reference}
            for reference in held
        ]
        made.append(
            {
                "label": "Hold: take this draft back for now",
                "uuid": str(uuid.uuid5(_NAMES, f"{call_id} hold")),
                "actions": actions,
            }
        )
    return made


def plain(text: str) -> str:
    """Text that no Markdown or HTML reader takes for anything but text."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKS.sub(r"\\\1", text)


def _named(findings: Sequence[dict[str, Any]]) -> str:
    return _and_more([plain(one["name"]) for one in findings[:NAMED]], len(findings))


def _and_more(shown: Sequence[str], all_of_them: int) -> str:
    more = all_of_them - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: max(0, most - 1)].rstrip()}…"
