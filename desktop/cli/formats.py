"""A transcript as text, JSON, SRT or WebVTT.

Owns the JSON shape of `chartwright transcribe`, which is a contract, and the cutting of subtitles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from desktop.cli.output import to_json
from transcriber.transcript import Coverage, Segment, Transcript, Word

if TYPE_CHECKING:
    from desktop.cli.engine import Clinical

CUE_CHARACTERS = 84
CUE_SECONDS = 6.0


def as_object(transcript: Transcript) -> dict[str, object]:
    """The transcript as a JSON object; times in seconds from the recording's first sample."""
    return {
        "text": transcript.text,
        "language": transcript.language,
        "duration": round(transcript.duration, 3),
        "model": transcript.model,
        "device": transcript.device,
        "segments": [_segment(segment) for segment in transcript.segments],
        "coverage": _coverage(transcript.coverage),
    }


def _segment(segment: Segment) -> dict[str, object]:
    words = [{**_timed(word), "probability": round(word.probability, 4)} for word in segment.words]
    return {"start": segment.start, "end": segment.end, "text": segment.text, "words": words}


def _timed(word: Word) -> dict[str, object]:
    return {"start": word.start, "end": word.end, "text": word.text}


def _coverage(coverage: Coverage) -> dict[str, object]:
    return {
        "speech": round(coverage.speech, 3),
        "covered": round(coverage.covered, 3),
        "fraction": round(coverage.fraction, 4),
        "gaps": [{"start": gap.start, "end": gap.end} for gap in coverage.gaps],
        "stray": [_timed(word) for word in coverage.stray],
    }


def as_text(transcripts: Sequence[Transcript]) -> str:
    """The words, one line a segment; an empty line between files."""
    return "\n\n".join("\n".join(segment.text for segment in each.segments) for each in transcripts)


def as_json(results: Sequence[Clinical | None]) -> str:
    """One object for one file; for several a list of objects in their order, None of a file that failed as null."""
    objects = [None if each is None else _result(each) for each in results]
    return to_json(objects[0] if len(objects) == 1 else objects)


def _result(result: Clinical) -> dict[str, object]:
    shown = as_object(result.transcript)
    return shown if result.changes is None else {**shown, "changes": list(result.changes)}


def as_srt(transcripts: Sequence[Transcript]) -> str:
    """SubRip subtitles of one file."""
    (transcript,) = transcripts
    cues = (
        f"{number}\n{_clock(cue[0].start, ',')} --> {_clock(cue[-1].end, ',')}\n{Segment(cue).text}\n"
        for number, cue in enumerate(_cues(transcript), 1)
    )
    return "\n".join(cues)


def as_vtt(transcripts: Sequence[Transcript]) -> str:
    """WebVTT subtitles of one file."""
    (transcript,) = transcripts
    cues = (
        f"{_clock(cue[0].start, '.')} --> {_clock(cue[-1].end, '.')}\n{_escaped(Segment(cue).text)}\n"
        for cue in _cues(transcript)
    )
    return "\n".join(["WEBVTT\n", *cues])


FORMATS: Mapping[str, Callable[[Sequence[Transcript]], str]] = MappingProxyType(
    {"text": as_text, "srt": as_srt, "vtt": as_vtt}
)
"""Writers of plain words by the name that `--format` takes."""

SUFFIXES: Mapping[str, str] = MappingProxyType({"text": ".txt", "json": ".json", "srt": ".srt", "vtt": ".vtt"})
"""File name endings by format."""


def _cues(transcript: Transcript) -> Iterator[tuple[Word, ...]]:
    """Words in pieces that a subtitle can hold, broken after sentences where possible."""
    for segment in transcript.segments:
        cue: list[Word] = []
        for word in segment.words:
            if cue and (
                len(Segment((*cue, word)).text) > CUE_CHARACTERS
                or word.end - cue[0].start > CUE_SECONDS
                or cue[-1].text.endswith((".", "?", "!"))
            ):
                yield tuple(cue)
                cue = []
            cue.append(word)
        if cue:
            yield tuple(cue)


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(max(0.0, seconds) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
