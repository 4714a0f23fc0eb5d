"""Fill a database of its own with a made-up cascade, measure, and print a table of ratios."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

SLACK = 2.0  # what --check forgives: other work on a shared machine


def main() -> int:
    """Measure, and with --check end with 1 if a goal is missed by more than the slack."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="kpialign-bench-") as folder:
        _set_up(Path(folder))
        return _measure(options.size, options.seed, is_check=options.check)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--size", choices=["S", "M", "L"], default="S")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--check", action="store_true", help="end with 1 if a goal is missed")
    return parser.parse_args()


def _set_up(folder: Path) -> None:
    """Point the settings at the folder before Django reads them."""
    for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "kpialign.settings",
        "KPIALIGN_VAR": str(folder),
        "BROKER_URL": "memory://",
        "LOG_LEVEL": "ERROR",
    }
    import django  # noqa: PLC0415  after the environment is set

    django.setup()


def _measure(size: str, seed: int, *, is_check: bool) -> int:
    from bench.run import measured  # noqa: PLC0415  its models need the set-up

    missed = 0
    print(f"size {size}, seed {seed}; ratios of one run, medians")  # noqa: T201
    for one in measured(size, seed):
        sign = ">=" if one.at_least else "<="
        verdict = "holds" if one.holds else "MISSED"
        print(  # noqa: T201
            f"{one.what:52} {one.ratio:9.2f}  {sign} {one.bound:<5g} {verdict:7} {one.detail}"
        )
        missed += not one.holds_with(SLACK)
    return 1 if is_check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
