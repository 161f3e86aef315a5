"""negspaCy's answers: JSON Lines of mentions on stdin, of assertions on stdout. Runs in negspaCy's own environment."""

from __future__ import annotations

import json
import sys

import spacy
from negspacy.negation import Negex  # noqa: F401  registers the component
from negspacy.termsets import termset

nlp = spacy.blank("en")
nlp.add_pipe("sentencizer")
nlp.add_pipe("negex", config={"neg_termset": termset("en_clinical").get_patterns()})
for line in sys.stdin:
    item = json.loads(line)
    doc = nlp.make_doc(item["text"])
    doc.ents = [doc.char_span(item["start"], item["end"], label="PROBLEM", alignment_mode="expand")]
    for _, component in nlp.pipeline:
        doc = component(doc)
    print(json.dumps({"id": item["id"], "absent": doc.ents[0]._.negex}))
