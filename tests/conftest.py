"""What every test runs under: no screen, no telemetry, two threads a process, and random cases that are the same each
time and are not judged by the speed of the machine.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from desktop.__main__ import QUIET

os.environ.update(QUIET)
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.pop("CHARTWRIGHT_HOME", None)
os.environ.pop("CHARTWRIGHT_PASSPHRASE", None)

settings.register_profile("house", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
