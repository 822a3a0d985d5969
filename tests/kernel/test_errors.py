"""Errors carry two sentences; limits carry a reason."""

import ast
from pathlib import Path

import pytest

from holdfast.kernel import errors, limits


def test_an_error_reads_as_what_is_wrong_and_what_to_do() -> None:
    error = errors.WorldError("The disk is full.", "Free some space.")
    assert (error.problem, error.remedy) == ("The disk is full.", "Free some space.")
    assert str(error) == "The disk is full. Free some space."
    assert str(errors.IntegrityError("It has changed.")) == "It has changed."


@pytest.mark.parametrize(
    "kind",
    [
        errors.SenderError,
        errors.OperatorError,
        errors.NotAllowedError,
        errors.NotFoundError,
        errors.WorldError,
        errors.IntegrityError,
    ],
)
def test_one_except_catches_all_we_raise_on_purpose(kind: type[errors.HoldfastError]) -> None:
    with pytest.raises(errors.HoldfastError):
        raise kind("x")


def test_every_limit_says_why() -> None:
    body = ast.parse(Path(limits.__file__).read_text()).body[1:]
    for assignment, reason in zip(body[::2], body[1::2], strict=True):
        assert isinstance(assignment, ast.Assign)
        assert isinstance(reason, ast.Expr)
        assert isinstance(reason.value, ast.Constant)
        assert len(str(reason.value.value)) > 10
