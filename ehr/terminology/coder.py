"""The code of an entry, from its kind and name.

Owns which terminology each kind is coded in. A name that no table holds for sure stays text: US Core's bindings are
extensible, so text alone is valid, and a wrong code is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping

from ehr.chart.entry import Assertion, AttributeValue, Code, Kind
from ehr.terminology import cvx, icd10, loinc, rxnorm


def code_entry(
    kind: Kind, name: str, attributes: Mapping[str, AttributeValue], *, assertion: Assertion = Assertion.PRESENT
) -> Code | None:
    """The code of the fact, None where no table holds its name for sure.

    Problems, symptoms and family history take ICD-10-CM leaf codes (the side from `laterality`; a historical condition
    its "personal history of" code where ICD has one), medications and drug allergies RxNorm ingredients, vitals, labs
    and lab orders LOINC, immunizations CVX.
    """
    match kind:
        case Kind.PROBLEM | Kind.SYMPTOM | Kind.FAMILY_HISTORY:
            side = attributes.get("laterality")
            history = assertion is Assertion.HISTORICAL
            return icd10.code_for(name, laterality=side if isinstance(side, str) else None, history=history)
        case Kind.MEDICATION | Kind.ALLERGY:
            return rxnorm.code_for(name)
        case Kind.VITAL | Kind.LAB:
            return loinc.code_for(name)
        case Kind.IMMUNIZATION:
            return cvx.code_for(name)
        case Kind.ORDER if attributes.get("type") == "lab":
            return loinc.code_for(name)
        case _:
            return None
