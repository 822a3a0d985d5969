"""The scorecard of the search for metal counts what its documentation says it counts."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from holdfast.cli import scorecard_metal
from holdfast.kernel.errors import OperatorError

HEAD = "set,file,species,view,has_metal,has_metal_foreign_body,kind,x0,y0,x1,y1\n"


def pictures(folder: Path) -> Path:
    """One film with a bright ball on grey, one without, one that is missing."""
    for name, ball in (("with.png", True), ("without.png", False)):
        picture = Image.new("L", (500, 400), 20)
        pen = ImageDraw.Draw(picture)
        pen.ellipse((60, 60, 440, 340), fill=90)
        picture = picture.filter(ImageFilter.GaussianBlur(25))
        pen = ImageDraw.Draw(picture)
        if ball:
            pen.ellipse((240, 190, 252, 202), fill=240)
        picture.save(folder / name)
    labels = folder / "labels.csv"
    labels.write_text(
        HEAD
        + "a,with.png,dog,lateral,yes,yes,airgun_pellet,240,190,252,202\n"
        + "a,without.png,dog,lateral,no,no,,,,,\n"
        + "b,missing.png,dog,lateral,no,no,,,,,\n"
    )
    return labels


def test_an_object_is_found_and_a_film_without_metal_has_no_false_mark(tmp_path: Path) -> None:
    scores = scorecard_metal.run(pictures(tmp_path), tmp_path)
    assert (scores["images"], scores["objects"], scores["sensitivity"]) == (2, 1, 1.0)
    assert (scores["false_marks_per_image"], scores["films_with_unexplained_mark"]) == (0.0, 0)
    assert scores["by_kind"]["airgun_pellet"]["found"] == 1
    assert scores["by_source"]["a"]["images_without_metal"] == 1
    assert "missing.png" in scores["problems"][0]
    assert scores["films_searched_by_trees_that_had_not_seen_them"] == 0
    assert "one licensed film" in scores["note"]


def test_a_labels_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="Cannot read"):
        scorecard_metal.run(tmp_path / "none.csv", tmp_path)
    (tmp_path / "l.csv").write_text("file,kind\nx,y\n")
    with pytest.raises(OperatorError, match="no column"):
        scorecard_metal.run(tmp_path / "l.csv", tmp_path)
    (tmp_path / "m.csv").write_text(HEAD + "a,x.png,dog,l,yes,yes,pellet,one,2,3,4\n")
    with pytest.raises(OperatorError, match="line 2"):
        scorecard_metal.run(tmp_path / "m.csv", tmp_path)


def test_the_public_set_is_counted_by_its_tag(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no DICOM"):
        scorecard_metal.run_vetxray(tmp_path)
    (tmp_path / "tags.csv").write_text("file,tags\nfilm1.dcm,foreign_body; lateral\n")
    (tmp_path / "film1.dcm").write_bytes(b"damaged")
    (tmp_path / "film2.dcm").write_bytes(b"damaged")
    with pytest.raises(OperatorError, match="could be read"):
        scorecard_metal.run_vetxray(tmp_path)
    assert scorecard_metal._vetxray_tags(tmp_path)["film1"] >= {"foreign_body", "lateral"}
