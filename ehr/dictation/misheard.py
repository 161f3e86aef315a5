"""Everyday words that a recognizer writes for clinical ones, where only one reading makes sense.

Owns the applying of `resources/dictation/misheard.json`: "passed medical history", "a febrile.", "MR of the knee".
Names of medicines and findings are not here: the sound decides those (`ehr.soundalike`).
"""

from __future__ import annotations

import re

from ehr.dictation.mapped import Edit
from ehr.dictation.rules import rules

_RULES = tuple((re.compile(each["pattern"], re.IGNORECASE), each["write"]) for each in rules("misheard")["phrases"])


def misheard(text: str) -> list[Edit]:
    """Edits that write what was meant in place of each pattern's group `x`, first come first served."""
    edits = (
        Edit(match.start("x"), match.end("x"), match.expand(written), "misheard phrase")
        for pattern, written in _RULES
        for match in pattern.finditer(text)
        if match["x"] != match.expand(written)
    )
    return sorted(edits, key=lambda edit: edit.start)
