"""Vaccines in dictated notes: given, due or declined."""

from __future__ import annotations

from typing import Any

import pytest
from fact_samples import check, facts, samples


@pytest.mark.parametrize("sample", samples("immunizations"), ids=lambda sample: sample["spoken"][:60])
def test_dictated_vaccines_become_entries(sample: dict[str, Any]) -> None:
    """Each way to dictate a vaccine gives its entry, declined ones as absent; the disease alone gives none."""
    check(sample)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Flu shot given today.", [("influenza", "given")]),
        ("She is overdue for Tdap.", [("tdap", "due")]),
        (
            "Influenza vaccine was administered. Pneumovax was declined.",
            [("influenza", "given"), ("pneumovax", "declined")],
        ),
        ("declined influenza and pneumococcal vaccines", [("influenza", "declined"), ("pneumococcal", "declined")]),
        (
            "pneumococcal vaccine given today, he declined the COVID booster",
            [("pneumococcal", "given"), ("covid", "declined")],
        ),
        ("flu shot given today covid booster declined", [("influenza", "given"), ("covid", "declined")]),
    ],
)
def test_each_vaccine_has_its_own_status(said: str, expected: list[tuple[str, str]]) -> None:
    """What is said of one vaccine does not run over into the next."""
    assert expected == [(fact["name"], fact["status"]) for fact in facts(said)]


def test_the_date_is_kept_in_words() -> None:
    """When a vaccine was given is kept as said."""
    assert facts("she received her flu vaccine in October")[0]["date"] == "in october"
