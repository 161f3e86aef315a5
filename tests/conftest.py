"""What every test runs under: no screen, no telemetry, two threads a process."""

from __future__ import annotations

import os

from desktop.__main__ import QUIET

os.environ.update(QUIET)
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.pop("CHARTWRIGHT_HOME", None)
os.environ.pop("CHARTWRIGHT_PASSPHRASE", None)
