"""Schemathesis over the API's own description: no answer of 500 and above, and what it refuses has the one shape.

    python benchmarks/api_conformance.py --examples 20 --json

Wants ``pip install holdfast[fuzz]``. Runs against an application in this process, on a record that is begun anew.
"""

import argparse
import json
import sys
from collections import Counter

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from fuzz_api import Inside


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=20, help="for each operation")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    inside = Inside()
    schema = schemathesis.openapi.from_dict(inside.client.get("/openapi.json").json())
    answers: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    operations = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        operations += 1

        @settings(
            max_examples=options.examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def tried(case: "schemathesis.Case") -> None:
            label = case.operation.label
            case.path_parameters = {
                name: {"case_id": inside.case_id, "service_id": inside.dog}.get(name, str(value))
                for name, value in (case.path_parameters or {}).items()
            }
            sent = case.as_transport_kwargs(base_url="http://testserver")
            headers = {"x-csrf-token": inside.token, "content-type": "application/json"}
            body = json.dumps(sent["json"]).encode() if "json" in sent else None
            answer = inside.client.request(case.method, sent["url"], content=body, headers=headers)
            answers[f"{answer.status_code // 100}xx"] += 1
            if answer.status_code >= 500:
                faults[f"{answer.status_code} {label}"] += 1
            elif answer.status_code >= 400 and not answer.json().get("error", {}).get("problem"):
                faults[f"no words: {label}"] += 1

        tried()
        print(f"{operation.label}: {dict(answers)}, faults {sum(faults.values())}", file=sys.stderr, flush=True)
    inside.close()
    told = {"operations": operations, "answers": dict(answers), "faults": dict(faults)}
    print(json.dumps(told, indent=None if options.json else 2))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
