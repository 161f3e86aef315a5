"""The window and the `chartwright` command: what a person sees and presses.

Knows no SQL, no FHIR and no model internals; it calls `transcriber` and `ehr`.
"""

__version__ = "0.1.0"
