"""Every message survives the wire, and anything else is refused."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcriber import errors
from transcriber.errors import MessageInvalid, TranscriberError
from transcriber.messages import Failed, Message, Progress, Transcribe, from_line, to_line
from transcriber.transcript import Segment, Word

numbers = st.floats(allow_nan=False, allow_infinity=False)
words = st.builds(Word, st.text(), numbers, numbers, numbers, st.booleans())
st.register_type_strategy(float, numbers)
st.register_type_strategy(Word, words)
st.register_type_strategy(Segment, st.builds(Segment, st.lists(words, min_size=1, max_size=3).map(tuple)))
messages = st.one_of([st.from_type(kind) for kind in get_args(Message)])


@settings(max_examples=150, deadline=None)
@given(messages)
def test_there_and_back(message):
    """A message comes out of its line as it went in, and its line is one line."""
    line = to_line(message)
    assert from_line(line) == message
    assert line.index("\n") == len(line) - 1


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.recursive(st.none() | st.booleans() | numbers | st.text(), st.lists).map(str)))
def test_noise_is_refused(line):
    """Whatever else arrives is a MessageInvalid, never another error."""
    with pytest.raises(MessageInvalid):
        from_line(line)


@pytest.mark.parametrize(
    "line",
    [
        '{"type":"progress"}',
        '{"type":"progress","fraction":"half"}',
        '{"type":"progress","fraction":true}',
        '{"type":"progress","fraction":0.5,"extra":1}',
        '{"type":"transcribe","journal":7,"key":"00"}',
        '{"type":"found","segment":{"words":[["a",0,1,1,true]]}}',
        '{"type":"nobody"}',
        '{"fraction":0.5}',
        "[" * 10_000,
    ],
)
def test_wrong_shapes_are_refused(line):
    """Missing, wrongly typed and unknown fields are refused."""
    with pytest.raises(MessageInvalid):
        from_line(line)


def test_defaults_may_be_left_out():
    """An older parent need not know newer fields that have a default."""
    assert from_line('{"type":"transcribe","journal":"a","key":"00"}') == Transcribe("a", "00")
    assert from_line('{"type":"progress","fraction":1}') == Progress(1.0)


def test_every_error_has_its_own_code_and_travels():
    """Codes are unique, sentences and next steps are sentences, and an error's message carries all three."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TranscriberError)]
    own = [kind for kind in kinds if "code" in vars(kind)]
    assert len(own) > 15
    assert len({kind.code for kind in own}) == len(own)
    for kind in own:
        error = kind()
        assert (error.sentence[-1], error.next_step[-1]) == (".", ".")
        assert Failed.of(error) == Failed(kind.code, error.sentence, error.next_step)
