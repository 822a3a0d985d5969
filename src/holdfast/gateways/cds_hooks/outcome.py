"""A refusal, and the FHIR OperationOutcome that says it."""

from typing import Any


class HookRefusedError(Exception):
    """The call is not answered with cards; ``outcome`` says why."""

    def __init__(self, status: int, code: str, text: str, diagnostics: str = "", expression: str = "") -> None:
        """``code``: of FHIR's issue types (``required``, ``not-found``, ``invalid``, ``login``, ``throttled`` ...)."""
        self.status = status
        self.code = code
        self.text = text
        self.diagnostics = diagnostics
        self.expression = expression
        super().__init__(text)

    def outcome(self) -> dict[str, Any]:
        issue: dict[str, Any] = {"severity": "error", "code": self.code, "details": {"text": self.text}}
        if self.diagnostics:
            issue["diagnostics"] = self.diagnostics
        if self.expression:
            issue["expression"] = [self.expression]
        return {"resourceType": "OperationOutcome", "issue": [issue]}
