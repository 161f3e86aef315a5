"""Build the pronouncing lexicons of the sound-alike repair.

    python packaging/pronunciation/build_lexicon.py CMUDICT CORPUS…

Writes resources/soundalike/lexicon.tsv (clinical terms of resources/extract, with their pronunciations) and
english.tsv (ordinary English words with how common they are). CMUDICT is the file `cmudict.dict` of the CMU Pronouncing
Dictionary (BSD-2-Clause); frequencies are those of the package wordfreq 3.1.1 (its data: CC BY-SA 4.0), which has to be
installed beside this script. A pronunciation comes from corrections.tsv, else from the dictionary, else from the
shipped grapheme-to-phoneme model, with the ending of corrections.tsv where it has one. Rare words of longer terms, and
those that the texts of CORPUS use (files or folders; used: MACCROBAT 2020 and BC5CDR, CC BY 4.0, and NCBI disease,
public domain), become terms of their own.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from wordfreq import top_n_list, zipf_frequency  # type: ignore[import-not-found]

sys.path.insert(0, str(Path(__file__).parents[2]))

import resources
from ehr.extract import resources as tables
from ehr.soundalike.phonemes import VOWELS, parsed, spelled
from ehr.soundalike.pronounce import read

HERE = Path(__file__).parent
FILES = {"problems": "problem", "symptoms": "symptom", "procedures": "procedure", "specialties": "service"}
COMMONEST = 60_000
MENTIONS, SHORTEST, ORDINARY = 4, 5, 3.6
RAREST = 2.8  # zipf: once in about 1.6 million words
SALTS = {
    *("hydrochloride", "sodium", "potassium", "calcium", "sulfate", "acetate", "phosphate"),
    *("maleate", "mesylate", "tartrate", "besylate"),
}
TERM = re.compile(r"[a-z][a-z' -]{3,}")
FORM = re.compile(r" (?:er|xr|sr|cr|la|xl|dr|ec|ir|hfa|odt|or|in|of|a|to|at)$")  # said after the name, or not at all
ACRONYM = re.compile(r"\b[bcdfghjklmnpqrstvwxz]{2,}\b")


def dictionary(path: Path) -> dict[str, list[bytes]]:
    """The dictionary's pronunciations without stress."""
    entries: dict[str, list[bytes]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split("#")[0].split()
        word = re.sub(r"\(\d\)$", "", word).replace("'", "")
        phones_said = parsed(re.sub(r"\d", "", " ".join(phones)))
        if phones_said not in entries.setdefault(word, []):
            entries[word].append(phones_said)
    return entries


def corrections() -> dict[str, list[bytes]]:
    """Pronunciations that clinicians use and neither dictionary nor model knows."""
    found: dict[str, list[bytes]] = {}
    for line in (HERE / "corrections.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, phones = line.split("\t")
            found.setdefault(word, []).append(parsed(phones))
    return found


def endings(spoken: dict[str, list[bytes]]) -> dict[str, bytes]:
    """The endings among the corrections ("-oscopy"), longest first."""
    found = {word.removeprefix("-"): ways[0] for word, ways in spoken.items() if word.startswith("-")}
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def ended(word: str, phones: bytes, known: dict[str, bytes]) -> bytes | None:
    """The model's reading of a word with the ending that clinicians say: as many consonants give way as it has."""
    ending = next((known[each] for each in known if word.endswith(each) and len(word) > len(each) + 1), None)
    if ending is None:
        return None
    count, at = sum(not _is_vowel(phone) for phone in ending), len(phones)
    while at and count:
        at -= 1
        count -= not _is_vowel(phones[at])
    while at and _is_vowel(ending[0]) and _is_vowel(phones[at - 1]):
        at -= 1
    return phones[:at] + ending if not count else None


def _is_vowel(phone: int) -> bool:
    return phone < len(VOWELS)


def terms() -> Iterator[tuple[str, str, str]]:
    """(term, kind, name it is filed under) of every clinical term long enough to be told by its sound."""
    for name, ingredient, _, _ in tables.table("medications"):
        if len(name.split()) <= 2 and not SALTS & set(name.split()):
            yield name, "medication", ingredient
    for file, kind in FILES.items():
        for row in tables.table(file):
            skipped = 2 if kind == "procedure" else 1
            names = [name for cell in row[skipped:] for name in cell.split("|") if cell not in {"past", "alone"}]
            for name in [row[0], *names]:
                yield name, kind, row[0]
    for file in ("body", "findings"):
        for row in tables.table(file):
            yield row[0], "finding", row[0]
    yield from results_and_allergies()


def results_and_allergies() -> Iterator[tuple[str, str, str]]:
    """The same of measurements, vaccines, allergens and reactions."""
    for name, *_, forms in tables.table("measurements"):
        for form in (name, *forms.split("|")):
            yield form, "lab", name
    for name, *cells in tables.table("vaccines"):
        for form in (name, *(form for cell in cells for form in cell.split("|"))):
            yield form, "immunization", name
    allergies = tables.load("allergies")
    for name, forms in allergies["substances"].items():
        for form in (name, *forms):
            yield form, "allergen", name
    for form in allergies["reactions"]:
        yield form, "symptom", form


def in_corpora(paths: list[Path]) -> Iterator[str]:
    """Words that at least MENTIONS places of the corpora use."""
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.glob("*.t[xs][tv]")))]
    words = Counter(word for file in files for word in re.findall(r"\b[a-z]+\b", file.read_text(encoding="utf-8")))
    return (word for word, times in words.items() if times >= MENTIONS)


def words(longer: Iterable[str], corpora: list[Path]) -> Iterator[tuple[str, str, str]]:
    """Words, rare in general English, that clinicians use within longer terms or beside them."""
    parts = {word for term in longer if " " in term for word in term.split()}
    for word in sorted(parts | set(in_corpora(corpora))):
        if len(word) >= SHORTEST and zipf_frequency(word, "en") < ORDINARY:
            yield word, "word", word


def write_lexicon(spoken: dict[str, list[bytes]], corpora: list[Path]) -> None:
    """Write the clinical terms with their pronunciations."""
    known = endings(spoken)

    @cache
    def said(word: str) -> tuple[bytes, ...]:
        return tuple(spoken.get(word, ())) or (ended(word, read(word), known) or read(word),)

    rows = {}
    whole = list(terms())
    for raw, kind, name in [*whole, *words((term.lower() for term, *_ in whole), corpora)]:
        term = raw.lower().strip()
        parts = re.findall(r"[a-z]+", term.replace("'s", "s"))
        if not TERM.fullmatch(term) or ACRONYM.search(term) or FORM.search(term) or term in rows:
            continue
        ways = (
            b"".join(said(word)[0] for word in parts),
            b"".join(said(word)[-1] for word in parts),
            b"".join(read(word) for word in parts),  # misspelled words are read by the model, so its own reading counts
        )
        common = min(zipf_frequency(word, "en") for word in parts)
        rows[term] = (kind, name.lower(), f"{common:.1f}", "|".join(dict.fromkeys(map(spelled, ways))))
    lines = [
        "# Clinical terms and how they sound: term, kind, name it is filed under, zipf, pronunciations (ARPAbet)",
        "# Built by packaging/pronunciation/build_lexicon.py from resources/extract; sources there. Do not edit here.",
        *("\t".join((term, *row)) for term, row in sorted(rows.items())),
    ]
    resources.path("soundalike/lexicon.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(rows), "terms")


def write_english(spoken: dict[str, list[bytes]]) -> None:
    """Write the ordinary words with how common they are."""
    lines = [
        "# Ordinary English words: word, how common it is (zipf: log10 of occurrences in 1e9 words), pronunciation.",
        "# Frequencies: wordfreq 3.1.1 (Robyn Speer and others, CC BY-SA 4.0, see NOTICES.txt). Pronunciations:",
        "# CMU Pronouncing Dictionary (BSD-2-Clause, see NOTICES.txt).",
        "# Built by packaging/pronunciation/build_lexicon.py. Do not edit here.",
    ]
    for word in sorted(top_n_list("en", COMMONEST)):
        common = zipf_frequency(word, "en")
        if common >= RAREST and re.fullmatch(r"[a-z]+", word):
            phones = spoken.get(word, [read(word)])[0]
            lines.append(f"{word}\t{common:.1f}\t{spelled(phones)}")
    resources.path("soundalike/english.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(lines) - 4, "English words")


def main(path: Path, corpora: list[Path]) -> None:
    """Build both lists from the dictionary at `path`."""
    spoken = dictionary(path) | corrections()
    write_lexicon(spoken, corpora)
    write_english(spoken)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]])
