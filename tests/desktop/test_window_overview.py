"""The pills beside the patient's name: the record over time, what is proposed, and what nobody recorded."""

from __future__ import annotations

from dataclasses import replace

from window_samples import MARIA, PER, entry, note

from desktop.patient.pills import MOST, pills
from ehr.chart.encounter import Draft
from ehr.chart.entry import Assertion, Kind
from ehr.chart.glance import Glance, Standing


def shown(program) -> list[str]:
    """The texts of the banner's pills."""
    return program.window.banner.pills.texts


def focus(program, kind: Kind) -> None:
    """Put the entry of this kind in focus."""
    found = next(each for each in program.session.entries if each.kind is kind)
    program.session.set_focus(found.id)


def test_an_allergy_is_proposed_then_stands_then_is_taken_back(review, qtbot) -> None:
    """At once after each decision, and still so when the chart has kept it."""
    qtbot.waitUntil(lambda: "Allergy proposed: penicillin" in shown(review))
    assert "Medicines: 1 proposed" in shown(review)
    assert "Problems not recorded" in shown(review)
    focus(review, Kind.ALLERGY)

    review.run("entry.accept")
    assert "Allergy: penicillin" in shown(review)
    qtbot.waitUntil(review.settled)
    assert "Allergy: penicillin" in shown(review)

    review.run("entry.undo")
    qtbot.waitUntil(lambda: "Allergy proposed: penicillin" in shown(review) and review.settled())

    focus(review, Kind.ALLERGY)
    review.run("entry.reject")
    qtbot.waitUntil(lambda: "Allergies not recorded" in shown(review))


def test_the_record_counts_whatever_dictation_is_open(review, qtbot) -> None:
    """What was accepted in an earlier dictation stands beside an empty page of the same patient, not of another."""
    found = []

    def fill(store) -> bool:
        encounter = store.add_encounter(store.patient_by_mrn(MARIA.mrn))
        none = entry(Kind.ALLERGY, "no known drug allergies", "allergic", assertion=Assertion.ABSENT)
        gout = entry(Kind.PROBLEM, "gout", "thirst")
        store.save_draft(encounter.id, Draft(note(), (none, gout), None))
        store.accept(none.id, gout.id)
        return True

    review.chart.run(fill, success=found.append, failure=found.append)
    qtbot.waitUntil(lambda: found == [True])

    review.session.choose_patient(MARIA)
    qtbot.waitUntil(lambda: shown(review) == ["No known drug allergies", "1 active problem", "Medicines not recorded"])
    review.session.choose_patient(PER)
    assert shown(review) == []
    qtbot.waitUntil(lambda: "Allergies not recorded" in shown(review))


def test_a_record_that_cannot_be_read_is_not_an_empty_one(review, qtbot) -> None:
    """Nothing is said of allergies where nothing is known, and the failure is told."""
    review.session.choose_patient(replace(MARIA, id="nobody"))

    qtbot.waitUntil(lambda: review.window.problems.shown is not None)
    assert shown(review) == []


def test_allergies_are_told_in_the_narrowest_window() -> None:
    """Names give way to counts, empty lists to the others; an allergy and a proposal never."""
    many = Glance(
        Standing(("penicillin (hives)", "latex", "sulfa"), ("iodine",)),
        Standing(),
        Standing(("metformin",), ("apixaban",)),
    )

    texts = [[each.text for each in pills(many, detail)] for detail in range(MOST, -1, -1)]

    named, first = "Allergies: penicillin (hives), latex, sulfa", "Allergies: penicillin (hives) +2"
    proposed = "Allergy proposed: iodine"
    assert texts == [
        [named, proposed, "Problems not recorded", "1 medicine · 1 proposed"],
        [named, proposed, "Problems not recorded", "1 medicine"],
        [first, proposed, "1 medicine"],
        ["3 allergies", proposed, "1 medicine"],
        ["3 allergies", proposed],
    ]


def test_a_conflict_is_told_first() -> None:
    """An allergy beside the statement that there is none."""
    first, *_ = pills(
        Glance(Standing(("latex",)), Standing(), Standing(), none_known="no known allergies", conflict=True)
    )

    assert (first.text, first.tone) == ("Allergies in conflict", "danger")
    assert first.whole == "Listed: latex. Also dictated: no known allergies."
