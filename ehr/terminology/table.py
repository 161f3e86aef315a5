"""A small code table: exact look-up and ranking over all its names.

Owns the form of `resources/terminology/{rxnorm,loinc,cvx,ucum}.tsv`: code, display, names split by |, source. Knows
nothing of what the codes mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import resources
from ehr.chart.entry import Code
from ehr.terminology.concept import Match
from ehr.terminology.ranking import likeness
from ehr.terminology.text import key, plain_stems


@dataclass(frozen=True)
class Table:
    """The table of `system` in the resource `terminology/{name}.tsv`, read when first asked."""

    system: str
    name: str

    @cached_property
    def rows(self) -> tuple[tuple[Code, tuple[str, ...]], ...]:
        """Each code with its names, the display first."""
        found = []
        for code, display, names, _ in resources.table(f"terminology/{self.name}"):
            found.append((Code(self.system, code, display), (display, *(names.split("|") if names else ()))))
        return tuple(found)

    def code_for(self, name: str) -> Code | None:
        """The code one of whose names is `name`, order and plural aside."""
        return self._index.get(key(plain_stems(name)))

    def search(self, words: str, *, limit: int) -> list[Match]:
        """The codes whose names are likest to `words`, best first."""
        asked = plain_stems(words)
        matches = []
        for code, names in self.rows:
            scored = [(likeness(asked, plain_stems(name), weight=len, term_weight=len), name) for name in names]
            score, term = max(scored, key=lambda pair: pair[0])
            if score > 0:
                matches.append(Match(code, round(score, 3), term))
        return sorted(matches, key=lambda match: (-match.score, len(match.code.display)))[:limit]

    @cached_property
    def _index(self) -> Mapping[str, Code]:
        index: dict[str, Code] = {}
        for code, names in self.rows:
            for name in names:
                index.setdefault(key(plain_stems(name)), code)
        index.pop("", None)
        return index
