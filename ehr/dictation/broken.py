"""Marks that a recognizer put inside a phrase: "x-ray of. The right elbow", "x-ray. Of the spine", "resp. 16".

Owns which words end no phrase and which begin none, whoever punctuates. `commands.stray_marks` goes further where the
speaker punctuates aloud.
"""

from __future__ import annotations

import re

from ehr.dictation.mapped import Edit
from ehr.dictation.rules import any_of, rules

_RULES = rules("broken")
_RELATIVE = any_of(_RULES["relatives"])
_SUBJECT = any_of(_RULES["subjects"])
_BREAKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{any_of(_RULES['end_no_phrase'])}(?P<mark>\.) (?P<next>\w)",
        rf"\b{any_of(_RULES['end_no_phrase_before_article'])}(?P<mark>\.) (?P<next>[tahb])(?:he|n|is|er|oth)?\b",
        r"(?<=[\w%])(?P<mark>\.) (?P<next>o)(?:f (?!note\b|\d)(?!(?:[\w-]+ ){0,5}[\w-]+,)|r |n room air\b)",
        r"(?<=[\w%])(?P<mark>\.) (?P<next>a)nd\b",
        rf"(?<=[\w%])(?P<mark>\.) (?P<next>w)ith (?!(?:[\w-]+ ){{1,5}}?{_SUBJECT}\b)(?!(?:[\w-]+ ){{0,5}}[\w-]+,)",
        rf"\b{any_of(_RULES['abbreviations'])}(?P<mark>\.) (?=(?P<next>\d))",
        r"(?<=\d point)(?P<mark>[.,]) (?=(?P<next>\d))",
        rf"\b{_RELATIVE}(?P<mark>,) (?P<next>h)(?:as|ad)\b",
    )
)


def broken_phrases(text: str) -> list[Edit]:
    """Edits that take those marks out, with the capital letter behind them."""
    edits: dict[int, Edit] = {}
    for pattern in _BREAKS:
        for match in pattern.finditer(text):
            start, at = match.start("mark"), match.start("next")
            edits[start] = Edit(start, start + 1, "", "recognizer mark")
            if match["mark"] == "." and match["next"].isupper() and not text[at + 1 : at + 2].isupper():
                edits[at] = Edit(at, at + 1, match["next"].lower(), "recognizer mark")
    return [edits[at] for at in sorted(edits)]
