"""The ranked pick list over all terminologies, for a person who looks for a code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ehr.terminology import cvx, icd10_search, loinc, rxnorm
from ehr.terminology.concept import Match

Search = Callable[..., list[Match]]

SYSTEMS: Mapping[str, Search] = MappingProxyType(
    {"icd10cm": icd10_search.search, "rxnorm": rxnorm.search, "loinc": loinc.search, "cvx": cvx.search}
)
"""The systems that can be searched, by the name the command line gives them."""


def search(words: str, system: str = "icd10cm", limit: int = 10) -> list[Match]:
    """The likeliest codes of `system` (a key of `SYSTEMS`) for `words`, best first.

    Raises KeyError for a system that is not there.
    """
    return SYSTEMS[system](words, limit=limit)
