"""The word-level diff: both texts can be read from it, and it names what changed."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ehr.chart.diff import Fate, Piece, blocks, word_diff

_words = st.sampled_from(["pain", "no", "mild", "5 mg", "15 mg", ".", ",", "\n", "Ünïcödé", "  "])
_texts = st.lists(_words).map(" ".join)


def side(pieces: tuple[Piece, ...], *fates: Fate) -> str:
    """The text of the pieces with these fates."""
    return "".join(piece.text for piece in pieces if piece.fate in fates)


@given(_texts | st.text(), _texts | st.text())
def test_both_texts_can_be_read_from_it(old, new):
    """Kept and struck pieces are the old text, kept and added ones the new; no piece is empty or repeats a fate."""
    pieces = word_diff(old, new)
    assert side(pieces, Fate.KEPT, Fate.STRUCK) == old
    assert side(pieces, Fate.KEPT, Fate.ADDED) == new
    assert all(piece.text for piece in pieces)
    assert all(one.fate is not other.fate for one, other in itertools.pairwise(pieces))


@given(_texts | st.text())
def test_the_same_text_has_no_change(text):
    """A text compared with itself is one kept piece, or none where it is empty."""
    assert [piece.fate for piece in word_diff(text, text)] == [Fate.KEPT] * bool(text)


@given(_texts | st.text(), _texts | st.text())
def test_blocks_cover_both_texts_in_order(old, new):
    """Every character of either text lies in one block, and same blocks hold the same text."""
    found = tuple(blocks(old, new))
    assert "".join(block.old.of(old) for block in found) == old
    assert "".join(block.new.of(new) for block in found) == new
    assert all(block.old.of(old) == block.new.of(new) for block in found if block.same)


def test_words_are_struck_whole_and_a_run_of_them_is_one_change():
    """Where "5" becomes "15" the number is struck and no digit; three words in a row are one change."""
    assert word_diff("take 5 mg daily", "take 15 mg daily") == (
        Piece(Fate.KEPT, "take "),
        Piece(Fate.STRUCK, "5"),
        Piece(Fate.ADDED, "15"),
        Piece(Fate.KEPT, " mg daily"),
    )
    assert word_diff("she denies chest pain.", "she has some cough.") == (
        Piece(Fate.KEPT, "she "),
        Piece(Fate.STRUCK, "denies chest pain"),
        Piece(Fate.ADDED, "has some cough"),
        Piece(Fate.KEPT, "."),
    )
