"""A transcript as text, JSON, SRT and WebVTT."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from desktop.cli.engine import Clinical
from desktop.cli.formats import CUE_CHARACTERS, CUE_SECONDS, FORMATS, as_json
from transcriber.transcript import Coverage, Segment, TimeSpan, Transcript, Word


def transcript_of(*words: Word) -> Transcript:
    """A transcript of one segment."""
    coverage = Coverage(speech=4.0, covered=3.0, gaps=(TimeSpan(3.0, 4.0),), stray=words[:1])
    return Transcript((Segment(words),) if words else (), "en", 5.0, "whisper-base", "CPU int8", coverage)


FEVER = transcript_of(
    Word("No", 0.5, 0.75, 0.9), Word("fever.", 0.75, 1.25, 0.8), Word("Cough <3", 3661.0, 3661.5, 0.7)
)


def test_json_has_the_agreed_shape() -> None:
    """The contract: text, language, duration, model, device, segments with words, coverage."""
    shown = json.loads(as_json([Clinical(FEVER)]))
    assert shown == {
        "text": "No fever. Cough <3",
        "language": "en",
        "duration": 5.0,
        "model": "whisper-base",
        "device": "CPU int8",
        "segments": [
            {
                "start": 0.5,
                "end": 3661.5,
                "text": "No fever. Cough <3",
                "words": [
                    {"start": 0.5, "end": 0.75, "text": "No", "probability": 0.9},
                    {"start": 0.75, "end": 1.25, "text": "fever.", "probability": 0.8},
                    {"start": 3661.0, "end": 3661.5, "text": "Cough <3", "probability": 0.7},
                ],
            }
        ],
        "coverage": {
            "speech": 4.0,
            "covered": 3.0,
            "fraction": 0.75,
            "gaps": [{"start": 3.0, "end": 4.0}],
            "stray": [{"start": 0.5, "end": 0.75, "text": "No"}],
        },
    }


def test_several_files_make_one_json_list() -> None:
    """The result is one JSON document however many files there are; one that failed keeps its place."""
    first, second, third = json.loads(as_json([Clinical(FEVER), None, Clinical(FEVER, ({"heard": "fevers"},))]))
    assert (first["language"], second) == ("en", None)
    assert "changes" not in first
    assert third["changes"] == [{"heard": "fevers"}]


def test_srt() -> None:
    """Numbered cues that break after a sentence, with a comma before the milliseconds."""
    assert FORMATS["srt"]([FEVER]) == (
        "1\n00:00:00,500 --> 00:00:01,250\nNo fever.\n\n2\n01:01:01,000 --> 01:01:01,500\nCough <3\n"
    )


def test_vtt() -> None:
    """The header, a point before the milliseconds, and escaped text."""
    assert FORMATS["vtt"]([FEVER]) == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.250\nNo fever.\n\n01:01:01.000 --> 01:01:01.500\nCough &lt;3\n"
    )


def test_text_is_a_line_a_segment() -> None:
    """Plain text for reading and for piping into `extract`."""
    assert FORMATS["text"]([FEVER]) == "No fever. Cough <3"


@given(st.lists(st.tuples(st.text("abc.", min_size=1, max_size=12), st.floats(0.01, 2.0)), min_size=1, max_size=60))
def test_cues_hold_every_word_within_bounds(said: list[tuple[str, float]]) -> None:
    """No cue is longer than a reader can follow, and none loses a word."""
    words, time = [], 0.0
    for text, length in said:
        words.append(Word(text, time, time + length, 1.0))
        time += length
    blocks = FORMATS["srt"]([transcript_of(*words)]).split("\n\n")
    texts = [block.strip().split("\n")[2] for block in blocks]
    assert " ".join(texts) == " ".join(text for text, _ in said)
    assert max(map(len, texts)) <= CUE_CHARACTERS
    assert CUE_SECONDS > 2.0
