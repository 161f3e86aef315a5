"""The stable-prefix rule: what is shown grows by agreement, and is taken back only when two hypotheses say so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transcriber.agreement import agreed, withdrawn
from transcriber.transcript import Word


def said(text: str) -> tuple[Word, ...]:
    return tuple(Word(word, float(at), at + 1.0, 0.9) for at, word in enumerate(text.split()))


WORDS = st.lists(st.sampled_from(["the", "knee", "is", "warm", "Warm.", "no"]), max_size=8).map(
    lambda words: said(" ".join(words))
)


def test_what_two_hypotheses_agree_on_is_shown():
    """Case and punctuation do not hinder; the newer spelling is shown."""
    shown = agreed((), said("the knee is swarm"), said("The knee is warm, and"))
    assert [word.text for word in shown] == ["The", "knee", "is"]


def test_a_single_contradiction_takes_nothing_back():
    """One hypothesis that differs early leaves what is shown; the second that says the same replaces it."""
    shown = said("the knee is")
    once = agreed(shown, said("the knee is"), said("a need is warm today"))
    assert once == shown
    twice = agreed(once, said("a need is warm today"), said("a need is warm today we"))
    assert [word.text for word in twice] == ["a", "need", "is", "warm", "today"]


@given(shown=WORDS, previous=WORDS, current=WORDS)
def test_never_less_than_is_shown(shown, previous, current):
    """What is shown never shrinks, and is either the old text or a beginning of the new hypothesis."""
    after = agreed(shown, previous, current)
    assert len(after) >= len(shown)
    assert after == shown or after == current[: len(after)]


@given(hypotheses=st.lists(WORDS, min_size=1, max_size=6))
def test_growing_hypotheses_withdraw_nothing(hypotheses):
    """Where each hypothesis only adds to the one before, no word that was shown goes away."""
    grown, shown, last = (), (), ()
    for more in hypotheses:
        grown = (*grown, *more)
        after = agreed(shown, last, grown)
        assert withdrawn(shown, after) == 0
        shown, last = after, grown


def test_withdrawn_words_are_counted():
    """A word that changed or went is withdrawn; a comma or a capital letter is not."""
    assert withdrawn(said("the knee is warm"), said("The knee, is warm today")) == 0
    assert withdrawn(said("the knee is swarm"), said("the knee is warm")) == 1
    assert withdrawn(said("the knee is"), ()) == 3
