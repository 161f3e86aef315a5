"""Words that may have been misheard, in the window: choosing by key, undo, and what the store holds afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import window_samples
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from window_samples import MARIA, PASSPHRASE

from desktop.parts import Opening, assemble
from ehr import pipeline
from ehr.chart.encounter import Draft
from ehr.chart.entry import Flag, ReviewState
from ehr.chart.note import Repair, Span
from ehr.store.keys import Argon2Cost
from ehr.store.store import Store

SAID = "She was given met for men today. Stop Lyciniprol. Start glipizide 5 mg daily."
STOPPED = Repair(Span(38, 49), "Lyciniprol.", "lisinopril.", 0.8, ("enalapril",), applied=True)
GUESSED = Repair(Span(14, 25), "met for men", "metformin", 0.3, (), applied=False)


def heard() -> Draft:
    """A dictation with a repaired word under a fact and a suggestion where there is none."""
    made = pipeline.draft_text(SAID, on=date(2026, 1, 5), repaired=(GUESSED, STOPPED))
    entries = tuple(
        replace(each, flags=(Flag("sound-alike", "Heard otherwise."),) if each.name == "lisinopril" else ())
        for each in made.entries
        if not each.evidence.overlaps(GUESSED.said)
    )
    return replace(made, entries=entries, transcript=window_samples.transcript(SAID))


def doubted() -> Draft:
    """A dictation with a number that may be another, and a repaired word under no fact."""
    said = "Exam shows raunchy. Start losartan 15 mg daily."
    made = pipeline.draft_text(
        said,
        on=date(2026, 1, 5),
        repaired=(
            Repair(Span(11, 18), "raunchy", "rhonchi", 0.97, (), applied=True),
            Repair(Span(35, 37), "15", "50", 0.45, (), applied=False),
        ),
    )
    entries = tuple(
        replace(each, flags=(Flag("sound-alike", "Heard otherwise."),))
        for each in made.entries
        if each.name == "losartan"
    )
    return replace(made, entries=entries, transcript=window_samples.transcript(said))


@pytest.fixture
def misheard(qapp, qtbot, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator:
    """The window with that dictation open, or another one."""
    with Store.create(tmp_path, PASSPHRASE, cost=Argon2Cost(passes=1, lanes=1, memory_kib=8)) as store:
        store.add_patient(MARIA)
        store.save_draft(store.add_encounter(MARIA).id, getattr(request, "param", heard)())
    parts = assemble(tmp_path)
    parts.window.show()
    Opening(parts).begin(PASSPHRASE)
    qtbot.waitUntil(lambda: bool(parts.session.encounters), timeout=20_000)
    parts.session.open(parts.session.encounters[0].id)
    qtbot.waitUntil(lambda: bool(parts.window.transcript.view.marked), timeout=20_000)
    parts.window.facts.list.setFocus()
    yield parts
    parts.window.close()
    parts.window.deleteLater()


def named(parts, name: str):
    """The entry of this name."""
    return next((entry for entry in parts.session.entries if entry.name == name), None)


def buttons(parts) -> list[str]:
    """What the card's buttons say."""
    return [each.text() for each in parts.window.facts.list._card.findChildren(QPushButton)]


def written(parts) -> str:
    """The note as the page has it."""
    return parts.session.reading.draft.note.written


def chosen(parts, qtbot, key: Qt.Key) -> None:
    """Press a key on the facts and wait for the store's answer."""
    qtbot.keyClick(parts.window.facts.list, key)
    qtbot.waitUntil(lambda: not parts.chart.busy, timeout=20_000)


def test_the_card_offers_what_may_have_been_said(misheard) -> None:
    """The flagged fact's card has a numbered button for each reading, the likeliest first, what was heard last."""
    assert misheard.session.focused.name == "lisinopril"
    assert all(each.isEnabled() for each in misheard.window.facts.list._card.findChildren(QPushButton))
    assert buttons(misheard)[:3] == ["lisinopril  1", "enalapril  2", "as heard  0"]


def test_a_number_key_takes_a_reading(misheard, qtbot, tmp_path: Path) -> None:
    """2 writes the second reading into note and entry, with its code, and the store has it at once."""
    chosen(misheard, qtbot, Qt.Key.Key_2)
    entry = named(misheard, "enalapril")
    assert entry.state is ReviewState.EDITED
    assert entry.code is not None
    assert "Stop enalapril." in written(misheard)
    assert "Stop enalapril." in misheard.window.note.note.toPlainText()
    misheard.window.close()
    with Store.open(tmp_path, PASSPHRASE) as store:
        kept = store.encounter(store.encounters()[0].id).draft
        assert "Stop enalapril." in kept.note.written
        assert entry in kept.entries


def test_undo_brings_note_and_entry_back(misheard, qtbot, tmp_path: Path) -> None:
    """Ctrl+Z after a choice: the words, the entry and the focus are as before, in the page and in the store."""
    before, note = misheard.session.focused, written(misheard)
    chosen(misheard, qtbot, Qt.Key.Key_0)
    assert named(misheard, "lyciniprol").code is None
    misheard.window.actions_by_id["entry.undo"].trigger()
    qtbot.waitUntil(lambda: not misheard.chart.busy, timeout=20_000)
    assert (misheard.session.focused, written(misheard)) == (before, note)
    assert not misheard.window.actions_by_id["entry.undo"].isEnabled()
    misheard.window.close()
    with Store.open(tmp_path, PASSPHRASE) as store:
        kept = store.encounter(store.encounters()[0].id).draft
        assert before in kept.entries
        assert kept.note.written == note


def test_a_suggestion_without_a_fact_is_a_check(misheard, qtbot) -> None:
    """It is listed under the checks, chosen by key, then gone; its words are marked in the note until then."""
    facts = misheard.window.facts
    texts = [facts.list.facts.index(row).data() for row in range(facts.list.facts.rowCount())]
    assert "“met for men” may be “metformin”" in texts
    assert facts._left.text().startswith("2 to check")
    tip = misheard.window.note.note.document().find("met for men").charFormat().toolTip()
    assert tip == "Heard “met for men”, possibly “metformin”"
    qtbot.keyClick(facts.list, Qt.Key.Key_J)
    assert misheard.session.focus == "words:14"
    assert misheard.window.note.note.marked_texts() == ["met for men"]
    assert buttons(misheard) == ["Hear  Space", "metformin  1", "as heard  0"]
    chosen(misheard, qtbot, Qt.Key.Key_1)
    assert "given metformin today" in written(misheard)
    assert not [row for row in facts.list.facts.rows if row.words is not None]


def test_keeping_what_was_heard_settles_a_suggestion(misheard, qtbot) -> None:
    """0 leaves the note's words and takes the check away; undo brings it back."""
    qtbot.keyClick(misheard.window.facts.list, Qt.Key.Key_J)
    note = written(misheard)
    chosen(misheard, qtbot, Qt.Key.Key_0)
    assert written(misheard) == note
    assert not [row for row in misheard.window.facts.list.facts.rows if row.words is not None]
    misheard.window.actions_by_id["entry.undo"].trigger()
    qtbot.waitUntil(lambda: not misheard.chart.busy, timeout=20_000)
    assert misheard.session.focus == "words:14"


def test_keys_pressed_meanwhile_are_not_lost(misheard, qtbot) -> None:
    """Undo pressed before the store has answered the choice takes that choice back."""
    note = written(misheard)
    qtbot.keyClick(misheard.window.facts.list, Qt.Key.Key_2)
    misheard.session.undo()
    qtbot.waitUntil(lambda: not misheard.chart.busy, timeout=20_000)
    assert written(misheard) == note
    assert named(misheard, "lisinopril").state is ReviewState.PROPOSED


def test_a_repaired_word_says_how_it_came(misheard) -> None:
    """The repaired word's tooltip names what was heard, how sure the repair is, and the rule."""
    tip = misheard.window.note.note.document().find("lisinopril").charFormat().toolTip()
    assert tip == "Heard “Lyciniprol”, probably “lisinopril” · sound-alike"


@pytest.mark.parametrize("misheard", [doubted], indirect=True)
def test_a_doubtful_number_is_chosen_on_its_fact(misheard, qtbot) -> None:
    """The card has both readings; 1 writes the other into note and dose, and the fact counts as edited."""
    assert buttons(misheard)[:2] == ["50  1", "as heard  0"]
    chosen(misheard, qtbot, Qt.Key.Key_1)
    entry = named(misheard, "losartan")
    assert (entry.attributes["dose"], entry.state) == ("50", ReviewState.EDITED)
    assert "Start losartan 50 mg daily." in written(misheard)


@pytest.mark.parametrize("misheard", [doubted], indirect=True)
def test_a_repaired_word_without_a_fact_is_a_check(misheard, qtbot) -> None:
    """It is counted in the worklist and listed until a person settles it; the note keeps the repaired word."""
    texts = [misheard.window.facts.list.facts.index(row).data() for row in range(2)]
    assert texts[1] == "“raunchy” became “rhonchi”"
    assert misheard.session.encounters[0].to_check == 2
    qtbot.keyClick(misheard.window.facts.list, Qt.Key.Key_J)
    chosen(misheard, qtbot, Qt.Key.Key_1)
    assert "Exam shows rhonchi." in written(misheard)
    assert misheard.window.facts._left.text().startswith("1 to check")
