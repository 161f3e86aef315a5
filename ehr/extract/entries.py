"""From mentions to entries.

Owns which of several overlapping or repeated mentions becomes an entry. Knows nothing of how they were found.
"""

from __future__ import annotations

from spacy.tokens import Doc

from ehr.chart.entry import Entry
from ehr.extract.mention import Mention, mentions


def settle(doc: Doc) -> tuple[Entry, ...]:
    """The entries that the mentions of `doc` amount to, in the order of their evidence."""
    return tuple(_entry(mention) for mention in sorted(mentions(doc), key=lambda found: found.span))


def _entry(mention: Mention) -> Entry:
    return Entry(
        kind=mention.kind,
        name=mention.name,
        assertion=mention.assertion,
        evidence=mention.span,
        cue=mention.cue,
        attributes=dict(mention.attributes),
        code=mention.code,
        flags=tuple(mention.flags),
    )
