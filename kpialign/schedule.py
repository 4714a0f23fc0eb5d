"""What beat asks the worker for, and how often.

Each message expires when the next one comes: a stopped worker finds no heap of old ones.
"""

from typing import Any

BEAT: dict[str, dict[str, Any]] = {
    "tick": {"task": "dashboards.tick", "schedule": 5.0, "options": {"expires": 5}},
    "uploads": {
        "task": "interchange.work_on_uploads",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
}
