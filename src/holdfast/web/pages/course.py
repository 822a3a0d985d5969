"""The course of a case: what holds, what changed, what followed each treatment and each press."""

from starlette.responses import Response

from holdfast.usecases.course_views import course_view
from holdfast.usecases.response_findings import suggestions
from holdfast.usecases.timeline import touch_place
from holdfast.web.course_words import after_treatment, touch_effect
from holdfast.web.gate import Call
from holdfast.web.render import page
from holdfast.web.route import Page


def course(call: Call) -> Response:
    """A piece of a page: the bed and the case bring it themselves, because it takes a moment to work out."""
    view = course_view(call.ctx, call.part("case_id"), call.now_us)
    return page(
        call,
        "course.html",
        course=view,
        after_treatment=after_treatment,
        suggestions=suggestions(call.ctx, view),
        case_open=not call.ctx.book.case(view.case_id).closed,
        touch_effect=touch_effect,
        place=lambda touch: touch_place(call.ctx, touch.side, touch.region),
    )


PAGES = (Page("GET", "/cases/{case_id}/course", "course", lambda: course),)
