"""medspaCy's answers: JSON Lines of mentions on stdin, of assertions on stdout. Runs in medspaCy's own environment."""

from __future__ import annotations

import json
import sys

import medspacy

nlp = medspacy.load(medspacy_enable=["medspacy_pyrush", "medspacy_context"])
components = [component for _, component in nlp.pipeline]
for line in sys.stdin:
    item = json.loads(line)
    doc = nlp.make_doc(item["text"])
    doc.ents = [doc.char_span(item["start"], item["end"], label="PROBLEM", alignment_mode="expand")]
    for component in components:
        doc = component(doc)
    found = doc.ents[0]._
    answer = {"absent": found.is_negated, "historical": found.is_historical, "hypothetical": found.is_hypothetical}
    print(json.dumps({"id": item["id"], **answer}))
