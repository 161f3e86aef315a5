r"""White space and control characters, in any language.

Owns the one clean form of the text that every later step may rely on: single blanks, "\n" for line ends, no control or
invisible characters (FHIR strings admit none, and no-break blanks neither).
"""

from __future__ import annotations

import re

from ehr.dictation.mapped import Edit

_INVISIBLE = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\uffff"
)
_RUN = re.compile(rf"(?:[^\S ]|[{_INVISIBLE}]| (?=[\s{_INVISIBLE}]))[\s{_INVISIBLE}]*|\A | \Z")


def spacing(text: str) -> list[Edit]:
    """Edits that leave single blanks, at most two line ends in a row, and neither at the text's edges."""
    edits = []
    for match in _RUN.finditer(text):
        at_edge = match.start() == 0 or match.end() == len(text)
        clean = "" if at_edge else _clean(match[0])
        if clean != match[0]:
            edits.append(Edit(match.start(), match.end(), clean, "spacing"))
    return edits


def _clean(run: str) -> str:
    lines = len(re.findall(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", run))
    if lines:
        return "\n" * min(lines, 2)
    return " " if any(character.isspace() for character in run) else ""
