"""Where to cut sound so that an engine with a window of half a minute decodes speech, all of it, and nothing else.

Owns the cutting rules alone: in pauses, preferring long ones, never past the limit. Knows no engine.
"""

from __future__ import annotations

from transcriber.audio import SAMPLE_RATE, Samples
from transcriber.speech import quietest
from transcriber.transcript import TimeSpan

_EARLIEST = 0.7  # a chunk is at least this part of the limit, where the speech goes on
_MARGIN_S = 0.4  # of the pause before and after: consonants fade in and out below the detector's threshold
_SILENCE_S = 5.0  # a silence that long is not decoded at all
_BREAK_S = 3.0  # a silence that long belongs to no chunk


def chunks(audio: Samples, speech: tuple[TimeSpan, ...], *, limit: float) -> tuple[TimeSpan, ...]:
    """Stretches of at most `limit` seconds that hold all the speech, in order and without overlap."""
    spans = [part for span in speech for part in _divided(audio, span, limit - 2 * _MARGIN_S)]
    cut: list[TimeSpan] = []
    first = 0
    while first < len(spans):
        last = _last_in_chunk(spans, first, limit - 2 * _MARGIN_S)
        before = spans[first - 1].end if first else 0.0
        after = spans[last + 1].start if last + 1 < len(spans) else len(audio) / SAMPLE_RATE
        start = spans[first].start - min(_MARGIN_S, max(0.0, spans[first].start - before) / 2)
        end = spans[last].end + min(_MARGIN_S, max(0.0, after - spans[last].end) / 2)
        cut.append(TimeSpan(start, end))
        first = last + 1
    return tuple(cut)


def passages(audio: Samples, speech: tuple[TimeSpan, ...]) -> tuple[TimeSpan, ...]:
    """The sound without its long silences: nothing there to hear, but time lost and words invented."""
    total = len(audio) / SAMPLE_RATE
    kept: list[TimeSpan] = []
    for span in speech:
        start = span.start - _MARGIN_S if span.start > _SILENCE_S else 0.0
        end = span.end + _MARGIN_S if total - span.end > _SILENCE_S else total
        if kept and span.start < kept[-1].end + _SILENCE_S:
            kept[-1] = TimeSpan(kept[-1].start, end)
        else:
            kept.append(TimeSpan(start, end))
    return tuple(kept)


def _divided(audio: Samples, span: TimeSpan, limit: float) -> list[TimeSpan]:
    """A span without pauses, in pieces that fit, cut where it is quietest."""
    pieces = []
    while span.duration > limit:
        at = quietest(audio, span.start + limit * _EARLIEST, span.start + limit)
        pieces.append(TimeSpan(span.start, at))
        span = TimeSpan(at, span.end)
    return [*pieces, span]


def _last_in_chunk(spans: list[TimeSpan], first: int, limit: float) -> int:
    """Index of the last span of the chunk that begins with `first`."""
    last = first
    while last + 1 < len(spans) and spans[last + 1].end - spans[first].start <= limit:
        if spans[last + 1].start - spans[last].end >= _BREAK_S:
            return last
        last += 1
    if last + 1 == len(spans):
        return last
    late = [i for i in range(first, last + 1) if spans[i].end - spans[first].start >= limit * _EARLIEST]
    return max(late, key=lambda i: spans[i + 1].start - spans[i].end, default=last)
