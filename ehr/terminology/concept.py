"""The terminology systems and a ranked match; what every look-up hands back."""

from __future__ import annotations

from dataclasses import dataclass

from ehr.chart.entry import Code

ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Match:
    """One row of a pick list. `score` is in (0, 1]; 1 is a name that the table holds word for word."""

    code: Code
    score: float
    term: str
    """The term of the table that matched, which may be a synonym of the code's display."""
