"""A transcript with its repairs made, for who wants words and no note.

Owns the replacement of words by words. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ehr.chart.note import Repair
from transcriber.transcript import Segment, Transcript, Word, word_offsets


def rewritten(transcript: Transcript, repairs: Sequence[Repair]) -> Transcript:
    """The transcript with the applied repairs in place of what was heard, each as one word with the time of all.

    A repair that reaches into the next segment stands in the first.
    """
    made = {repair.said.start: repair for repair in repairs if repair.applied}
    places = word_offsets(transcript.words)
    until = 0
    segments = []
    for segment in transcript.segments:
        words: list[Word] = []
        for word, (start, end) in zip(segment.words, places, strict=False):
            if repair := made.get(start):
                until = repair.said.end
                last = transcript.words_in(start, until)[-1]
                words.append(replace(word, text=repair.written, end=last.end, probability=repair.score))
            elif end > until:
                words.append(word)
        if words:
            segments.append(Segment(tuple(words)))
    return replace(transcript, segments=tuple(segments))


def as_changes(transcript_words: Sequence[Word], repairs: Sequence[Repair]) -> Iterator[dict[str, object]]:
    """Each repair as the command line's contract has it; `start` and `end` are seconds."""
    places = list(word_offsets(tuple(transcript_words)))
    for repair in repairs:
        inside = [
            word
            for word, (start, end) in zip(transcript_words, places, strict=True)
            if repair.said.start <= start and end <= repair.said.end
        ]
        yield {
            "heard": repair.heard,
            "written": repair.written,
            "start": inside[0].start,
            "end": inside[-1].end,
            "score": repair.score,
            "alternatives": list(repair.alternatives),
            "applied": repair.applied,
        }
