"""The smallest alarm files with every kind of entry in them."""

from typing import Any


def small_alarms() -> dict[str, Any]:
    guess = {"grade": "estimate", "note": "ours"}
    arrest = {
        "priority": "high",
        "technical": False,
        "delay_s": 0,
        "clear_s": 2,
        "latching": "audible",
        "off_max_min": 15,
        **guess,
    }
    number = {**arrest, "priority": "medium", "delay_s": 15, "latching": "visible", "off_max_min": None}
    return {
        "alarm_kinds.yaml": [
            {"key": "asystole", "label": "No heartbeat", **arrest, "suppresses": ["hr_low"]},
            {"key": "ventricular_fibrillation_suspected", "label": "Fibrillation", **arrest},
            {"key": "pulseless_electrical_activity_suspected", "label": "No pulse", **arrest},
            {"key": "hr_low", "label": "Heart rate low", **number},
            {"key": "hr_high", "label": "Heart rate high", **number},
        ],
        "alarm_limits.yaml": [
            {
                "key": "hr",
                "label": "Heart rate",
                "unit": "/min",
                "decimals": 0,
                "numerics": ["hr_ecg", "hr"],
                "bounds": [10, 350],
                "hysteresis": 3,
                "lost_after_s": 60,
                "forget_after_s": 600,
                "rows": [
                    {"when": ["weight_kg>=25"], "low": {"value": 30, **guess}, "high": None},
                    {"when": [], "low": {"value": 40, **guess}, "high": {"value": 180, **guess}},
                ],
            }
        ],
        "alarm_words.yaml": [{"words": ["v fib"], "asked_as": ["fibrillation"], **guess}],
        "alarm_handling.yaml": {
            "pause_minutes": {"choices": [1, 2], **guess},
            "not_known": {"forget_after_s": 600, **guess},
            "escalation": [{"priority": "high", "after_s": 30, "whom": "technician on duty", **guess}],
        },
    }
