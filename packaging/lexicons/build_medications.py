"""Builds resources/extract/medications.tsv, the names by which dictation calls medicines.

    python packaging/lexicons/build_medications.py ../shared/terms/drugs.tsv [TARGET]

The drug table (MedlinePlus's medicines) lists 10,500 names, most of them foreign brands, Latin forms and synonyms
that nobody dictates. Kept are its ingredients, their salts, and the United States brands listed in us_brands.txt;
additions.tsv, written by hand, goes on top. The same inputs always give the same file.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "resources" / "extract" / "medications.tsv"

SALTS = (
    "hydrochloride", "hcl", "succinate", "tartrate", "sodium", "acetate", "sulfate", "potassium", "calcium",
    "maleate", "besylate", "mesylate", "citrate", "phosphate", "fumarate", "bromide", "furoate", "propionate",
    "dipropionate", "valerate", "hyclate", "monohydrate", "disoproxil", "mofetil", "carbonate", "chloride",
    "gluconate", "hydrobromide", "magnesium", "er", "xr", "xl", "sr", "la", "cr", "dr",
)  # fmt: skip
FORMS = re.compile(
    r" (patch|otic|vaginal|nasal|nasal gel|nasal powder|nasal solution|sublingual|sublingual and buccal|buccal|gum|"
    r"sublingual spray|"
    r"lozenges?|spray|cream|implant|intramuscular|subcutaneous|inhalation|urogenital|intravesical|intrapleural|"
    r"pyelocalyceal|resin|acetate|supplements|intrauterine system)$"
)
FORM_KEPT = {"cholestyramine resin", "calcium acetate", "zinc acetate"}
# Not medicines that a note files, or words of ordinary speech and of the laboratory.
DROPPED = {
    "talc", "barium sulfate", "bentoquatam", "iron", "human insulin", "stool softeners", "estrogen", "lithium",
    "vitamin a", "vitamin d", "thyroid", "potassium", "fluoride", "alcohol", "betaine", "sodium phosphate",
    "interleukin-2", "granulocyte colony-stimulating factor", "parathyroid hormone", "benzyl alcohol",
    "methamphetamine", "l-glutamine", "hydrocodone combination products", "omega-3 fatty acids",
    "choline magnesium trisalicylate",
}  # fmt: skip


def main() -> None:
    """Write the table, or stop at a brand that no source knows."""
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    ingredient_of = {row["name"]: row["ingredient"] for row in rows}
    added = list(additions())
    names = dict(ingredients(ingredient_of))
    names |= dict(brands(ingredient_of, {row[0] for row in added}))
    lexicon = {name: (ingredient, "drug", name) for name, ingredient in names.items()}
    for name, ingredient, kind, filed in added:
        known = lexicon.get(name, (name,))[0]
        lexicon[name] = (ingredient or known, kind, filed or name)
    for name, (ingredient, kind, filed) in list(lexicon.items()):
        if " and " in ingredient and len(name.split()) == 2 and all(word in lexicon for word in name.split()):
            lexicon.setdefault(name.replace(" ", "/"), (ingredient, kind, filed))
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else TARGET
    with target.open("w", encoding="utf-8") as out:
        out.write(HEAD)
        out.writelines("\t".join((name, *row)) + "\n" for name, row in sorted(lexicon.items()) if row[1] != "never")


HEAD = """\
# Names of medicines in dictation. Columns: name, ingredient, class (drug; context = files only where it is shown
# to be taken), filed name.
# Built by packaging/lexicons/build_medications.py from shared/terms/drugs.tsv (names of MedlinePlus's medicines by
# way of drug-named-entity-recognition 2.0.9, MIT) and packaging/lexicons/{us_brands.txt,additions.tsv} (ours).
"""


def ingredients(ingredient_of: dict[str, str]) -> list[tuple[str, str]]:
    """Each ingredient under its own name without its form, a combination in two spellings, and with its salts.

    A combination whose every part is a medicine of its own is kept in the form "a/b" alone: in dictation "lisinopril
    and hydrochlorothiazide" lists two.
    """
    found: list[tuple[str, str]] = []
    plains = {base_name(full) for full in ingredient_of.values()}
    for plain in sorted(plains):
        parts = components(plain)
        if "vaccine" in plain or plain in DROPPED:
            continue
        if parts and all(part in plains for part in parts):
            found.append(("/".join(parts), plain))
            continue
        found += [(name, plain) for name in (plain, " ".join(parts)) if name]
        found += [(f"{plain} {salt}", plain) for salt in SALTS if f"{plain} {salt}" in ingredient_of]
    return found


def base_name(full: str) -> str:
    """The name without its form, a remark in brackets or a biologic's suffix: "lidocaine patch" → "lidocaine"."""
    name = re.sub(r" ?\(.*?\)", "", full).strip(" ,")
    name = re.sub(r"(?<=\w{5})-[a-z]{4}$", "", name)
    return name if name in FORM_KEPT else FORMS.sub("", name)


def components(name: str) -> list[str]:
    """The parts of a combination "a and b"; none for a single medicine."""
    parts = re.split(r", and |, | and ", name)
    return parts if len(parts) > 1 else []


def brands(ingredient_of: dict[str, str], added: set[str]) -> list[tuple[str, str]]:
    """The listed brands with the ingredient that the drug table gives them."""
    listed = [
        brand
        for line in (HERE / "us_brands.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
        for brand in line.split()
    ]
    unknown = sorted(brand for brand in listed if brand not in ingredient_of and brand not in added)
    if unknown:
        sys.exit(f"No ingredient is known for: {' '.join(unknown)}")
    return [(brand, base_name(ingredient_of[brand])) for brand in listed if brand in ingredient_of]


def additions() -> list[tuple[str, str, str, str]]:
    """The rows of additions.tsv: name, ingredient, class, filed name; empty where the file leaves them out."""
    rows = []
    for line in (HERE / "additions.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, ingredient, kind, filed = (*line.split("\t"), "")[:4]
            rows.append((name, ingredient, kind, filed))
    return rows


if __name__ == "__main__":
    main()
