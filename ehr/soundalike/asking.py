"""What is asked of the sound: the heard words of a site against each candidate, with the words around them.

Owns the form of the questions. Knows neither who answers nor what follows from the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from ehr.soundalike.candidates import Candidate, Site
from transcriber.transcript import Question, TimeSpan, Word

_AROUND = 4  # words
_EDGE_S = 0.3
_LONGEST_S = 20.0
_MARKS = ".,?!:;"


def question(words: Sequence[Word], site: Site) -> Question | None:
    """The texts that may have been said around a site, the heard one first; None where that is too long to ask."""
    instead = [(each.first, each.last, written(words, each)) for each in site.candidates]
    return _question(words, site.first, site.last, instead)


def around(words: Sequence[Word], at: int, other: str) -> Question | None:
    """Whether one word, with those around it, was another; None where that is too long to ask."""
    return _question(words, at, at + 1, [(at, at + 1, other)])


def _question(words: Sequence[Word], start: int, stop: int, instead: list[tuple[int, int, str]]) -> Question | None:
    first, last = max(0, start - _AROUND), min(len(words), stop + _AROUND)
    span = TimeSpan(max(0.0, words[first].start - _EDGE_S), words[last - 1].end + _EDGE_S)
    if span.duration > _LONGEST_S:
        return None
    texts = (
        " ".join(piece for piece in (joined(words[first:a]), text, joined(words[b:last])) if piece)
        for a, b, text in instead
    )
    return Question(span, (joined(words[first:last]), *texts))


def written(words: Sequence[Word], candidate: Candidate) -> str:
    """The candidate as it is written in its place: with the hyphen, the capital and the mark of what was heard."""
    heard = joined(words[candidate.first : candidate.last])
    mark = heard[len(heard.rstrip(_MARKS)) :]
    opens = candidate.first == 0 or words[candidate.first - 1].text.endswith((".", "?", "!"))
    text, joint = candidate.term.text, "-" if heard.startswith("-") else ""
    return joint + (text[:1].upper() + text[1:] if opens and heard[:1].isupper() else text) + mark


def joined(words: Sequence[Word]) -> str:
    """Words as they stand in the transcript."""
    return "".join((" " if word.spaced and index else "") + word.text for index, word in enumerate(words))
