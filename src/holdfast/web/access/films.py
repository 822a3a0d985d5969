"""Looking at films."""

from holdfast.web.access.roles import CLINICAL, READING, Roles

ALLOWED: dict[str, Roles] = {
    "film.view": READING,
    "film.picture": READING,
    "film.tile": READING,
    "film.report": READING,
    "film.presentation": READING,
    "api.film": READING,
    "case.metal": READING,
    "api.case.metal": READING,
    "case.films.mark": CLINICAL,
    "case.films.mark_back": CLINICAL,
    "case.films.landmarks": CLINICAL,
    "case.films.metal": CLINICAL,
    "api.case.films.metal": CLINICAL,
    "case.films.place": CLINICAL,
    "api.case.films.mark": CLINICAL,
    "api.case.films.mark_back": CLINICAL,
    "api.case.films.landmarks": CLINICAL,
    "api.case.films.place": CLINICAL,
}
