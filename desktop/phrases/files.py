"""Files of auto-texts and words, between the chart that keeps them and the disk.

Owns what is read and written, on the chart's thread: rules load where these are called. Knows nothing of dialogs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ehr.chart.phrases import AutoText, ClinicTerm, Phrase

if TYPE_CHECKING:
    from ehr.store.phrases import Owner
    from ehr.store.store import Store


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file holds that can be used, each line that cannot with its number and the reason, and what each owner has
    now.
    """

    name: str
    found: Sequence[Phrase]
    refused: Sequence[tuple[int, str]]
    now: Mapping[str, Sequence[Phrase]]


def read_file(store: Store, file: Path, *, autotexts: bool) -> Brought:
    """Read a file of auto-texts, or of words; nothing is kept. Raises OSError."""
    from ehr.dictation.autotexts import read_autotexts
    from ehr.soundalike.vocabulary import read_vocabulary
    from ehr.store.phrases import Owner

    content = file.read_bytes()
    now = {owner.value: owned(store, owner, autotexts=autotexts) for owner in Owner}
    if autotexts:
        texts, refused = read_autotexts(content)
        return Brought(file.name, texts, refused, now)
    terms, refused = read_vocabulary(content)
    return Brought(file.name, terms, refused, now)


def keep(store: Store, owner: str, phrases: Sequence[Phrase]) -> int:
    """Take phrases into an owner's lists, in place of those of the same name; how many. Raises NotAllowed."""
    from ehr.store.phrases import Owner

    texts = [each for each in phrases if isinstance(each, AutoText)]
    terms = [each for each in phrases if isinstance(each, ClinicTerm)]
    if texts:
        store.phrases.put_autotexts(Owner(owner), texts)
    if terms:
        store.phrases.put_terms(Owner(owner), terms)
    return len(phrases)


def write_file(store: Store, owner: str, file: Path, *, autotexts: bool) -> int:
    """Write an owner's auto-texts, or words, to a file that can be imported elsewhere; how many. Raises OSError."""
    from ehr.dictation.autotexts import write_autotexts
    from ehr.soundalike.vocabulary import write_vocabulary
    from ehr.store.phrases import Owner

    texts, terms = store.phrases.autotexts(Owner(owner)), store.phrases.terms(Owner(owner))
    file.write_text(write_autotexts(texts) if autotexts else write_vocabulary(terms), encoding="utf-8")
    return len(texts) if autotexts else len(terms)


def owned(store: Store, owner: Owner, *, autotexts: bool) -> Sequence[Phrase]:
    """An owner's auto-texts, or words."""
    return store.phrases.autotexts(owner) if autotexts else store.phrases.terms(owner)
