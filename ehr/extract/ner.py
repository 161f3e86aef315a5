"""Conditions that no lexicon lists, found by a small network that we trained.

Owns which of its findings are safe enough to propose: a condition whose last word nearly always ends one ("radiation
pneumonitis"), where no other component has found anything. Knows nothing of assertion. The weights and the trusted last
words are in `resources/models/clinical-ner`; its card says what they were trained on and how they score.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span, Token

import resources
from ehr.chart.entry import Kind
from ehr.chart.note import Span as Characters
from ehr.extract.mention import Mention, mentions, note_of

if TYPE_CHECKING:
    from spacy.vocab import Vocab

LONGEST = 4
"""Words of the longest name that is proposed; longer spans are seldom names."""

CONTEXT = (12, 4)
"""Words before and after a trusted word that the network sees: it is asked about that word, not about the note."""

_QUALIFIERS = frozenset(
    ("a", "acute", "bilateral", "her", "his", "left", "mild", "moderate", "possible", "right", "severe", "some", "the")
)
"""Leading words that say how, where or whether, and are no part of a name."""


@Language.factory("clinical_ner")
def create(nlp: Language, name: str) -> ClinicalNer:  # noqa: ARG001 - spaCy names every component
    """The component, on the vocabulary of `nlp`."""
    return ClinicalNer(nlp.vocab)


class ClinicalNer:
    """Appends a mention for each condition that only the network sees.

    `trusted` holds the words that may end one.
    """

    def __init__(self, vocab: Vocab) -> None:
        folder = resources.path("models/clinical-ner")
        self._network = spacy.load(folder, vocab=vocab).get_pipe("ner")
        self.trusted: frozenset[str] = frozenset(json.loads((folder / "heads.json").read_text("utf-8")))

    def __call__(self, doc: Doc) -> Doc:
        """Append the conditions that nothing else in `doc` covers."""
        taken = [mention.span for mention in mentions(doc)]
        taken += [section.heading for section in note_of(doc).sections]
        for head in doc:
            if head.lower_ in self.trusted and not any(_covers(span, head) for span in taken):
                found = self._ending_at(doc, head.i)
                if found is not None and not any(found.overlaps(other) for other in taken):
                    name = " ".join(found.of(doc.text).lower().split())
                    mentions(doc).append(Mention(Kind.PROBLEM, name, found, "clinical_ner"))
        return doc

    def _ending_at(self, doc: Doc, last: int) -> Characters | None:
        """The condition that the network sees ending with token `last`, without its leading qualifiers."""
        before, after = CONTEXT
        first = max(0, last - before)
        seen = self._network(doc[first : last + 1 + after].as_doc())
        for entity in seen.ents:
            if entity.label_ == "CONDITION" and entity.end == last - first + 1:
                return _trimmed(doc[first + entity.start : last + 1])
        return None


def _covers(span: Characters, token: Token) -> bool:
    return span.start < token.idx + len(token) and token.idx < span.end


def _trimmed(span: Span) -> Characters | None:
    start = span.start
    while start < span.end - 1 and span.doc[start].lower_ in _QUALIFIERS:
        start += 1
    name = span.doc[start : span.end]
    if len(name) > LONGEST or not all(token.is_alpha for token in name):
        return None
    return Characters(name.start_char, name.end_char)
