"""Any order of decisions, edits and rewordings: the store agrees with a plain model of what a person did."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from store_samples import draft, index_agrees, maria, new_store

from ehr.chart.entry import Entry, ReviewState

NAMES = ("glipizide", "metoprolol", "insulin")
TEXTS = (
    "Denies chest pain. Metformin 1.10 mg twice daily.",
    "Today denies chest pain. Metformin 1.10 mg twice daily, with food.",
    "Denies chest pain.",
    "Nothing of that.",
)
_places = st.sampled_from([0, 1])


class Review(RuleBasedStateMachine):
    """One encounter with two entries; the model is their names, states and proposals."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.store = new_store(Path(self._folder.name) / "home")
        self.encounter = self.store.add_encounter(self.store.add_patient(maria())).id
        self.store.save_draft(self.encounter, draft())
        self.proposed = self._entries()
        self.names = [entry.name for entry in self.proposed]
        self.states = [ReviewState.PROPOSED, ReviewState.PROPOSED]
        self.edited = [False, False]

    def _entries(self) -> tuple[Entry, ...]:
        return self.store.encounter(self.encounter).draft.entries

    @rule(at=_places)
    def accept(self, at: int) -> None:
        """An edited entry stays edited."""
        self.store.accept(self.proposed[at].id)
        self.states[at] = ReviewState.EDITED if self.edited[at] else ReviewState.ACCEPTED

    @rule(at=_places)
    def reject(self, at: int) -> None:
        """Whatever it was."""
        self.store.reject(self.proposed[at].id)
        self.states[at] = ReviewState.REJECTED

    @rule(at=_places, name=st.sampled_from(NAMES))
    def edit(self, at: int, name: str) -> None:
        """Another name."""
        self.store.edit(replace(self._entries()[at], name=name))
        self.names[at], self.states[at], self.edited[at] = name, ReviewState.EDITED, True

    @rule(at=_places)
    def reopen(self, at: int) -> None:
        """Back to the proposal."""
        self.store.reopen(self.proposed[at].id)
        self.names[at], self.states[at], self.edited[at] = self.proposed[at].name, ReviewState.PROPOSED, False

    @rule(text=st.sampled_from(TEXTS))
    def reword(self, text: str) -> None:
        """Another wording of the note."""
        self.store.edit_note(self.encounter, text)

    @invariant()
    def entries_are_as_decided(self) -> None:
        """Names, states and proposals; a proposal's evidence lies where the entry's does."""
        found = self._entries()
        assert [entry.name for entry in found] == self.names
        assert [entry.state for entry in found] == self.states
        for entry, proposed in zip(found, self.proposed, strict=True):
            kept = self.store.proposal(entry.id)
            assert replace(kept, evidence=proposed.evidence, cue=proposed.cue, flags=()) == replace(proposed, flags=())
            assert (kept.evidence, kept.cue) == (entry.evidence, entry.cue)

    @invariant()
    def search_finds_what_is_not_rejected(self) -> None:
        """By the current name."""
        for entry in self._entries():
            found = entry.id in [hit.entry_id for hit in self.store.search(entry.name)]
            assert found is (entry.state is not ReviewState.REJECTED)
        assert index_agrees(self.store)

    def teardown(self) -> None:
        """The whole store is sound at the end."""
        assert self.store.check() == []
        self.store.close()
        self._folder.cleanup()


def test_any_review_agrees_with_its_model():
    """Random sequences of a reviewer's acts."""
    run_state_machine_as_test(Review, settings=settings(max_examples=15, stateful_step_count=15, deadline=None))
