"""``holdfast knowledge check``: is the knowledge release consistent, and where is it weakest?"""

import json
from dataclasses import asdict

from holdfast.knowledge.checker import check as check_knowledge
from holdfast.knowledge.loader import load


def check(*, as_json: bool) -> int:
    """Print the checker's report; 1 when it found an error."""
    knowledge = load()
    report = check_knowledge(knowledge)
    if as_json:
        print(json.dumps(asdict(report)))
    else:
        counts = ", ".join(f"{count} {what}" for what, count in report.counts.items())
        print(f"Knowledge release {knowledge.release}: {counts}")
        for line in (*(f"error: {e}" for e in report.errors), *(f"warning: {w}" for w in report.warnings)):
            print(line)
    return 1 if report.errors else 0
