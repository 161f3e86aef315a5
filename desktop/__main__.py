"""The program's door: `chartwright` and `python -m desktop`.

Sets what must be set before anything else is imported, then hands over to the command line.
"""

from __future__ import annotations

import io
import os
import sys

QUIET = {"ORT_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
"""Environment that keeps libraries from calling home; child processes inherit it."""

os.environ.update(QUIET)


def main() -> None:
    """Run the command line and leave with its exit status."""
    from desktop.cli import run
    from desktop.messages import report

    sys.excepthook = report
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            write_any_text(stream)
    raise SystemExit(run())


def write_any_text(stream: io.TextIOWrapper) -> None:
    """Let no character stop a result: files and pipes get UTF-8, a terminal that lacks a character shows "?"."""
    if stream.isatty():
        stream.reconfigure(errors="replace")
    else:
        stream.reconfigure(encoding="utf-8")


if __name__ == "__main__":
    main()
