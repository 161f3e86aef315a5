"""Whether a fact is affirmed, denied, doubted, past, conditional or a relative's.

Owns the cues of `resources/extract/assertion.json` and how far each reaches: over a list, with or without commas, up to
the next statement. Knows nothing of which facts there are to judge.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import spacy
from spacy.language import Language

from ehr.chart.entry import Assertion
from ehr.chart.note import Span
from ehr.extract import resources
from ehr.extract.clauses import boundaries
from ehr.extract.findings import finding_end
from ehr.extract.words import Phrases, Words, read

_DATA = resources.load("assertion")
_ENDS = frozenset({".", "?", "!", ";"})
_JOINTS = frozenset({"or", "and", "nor", "/"})
_RELATIONS: Phrases[str] = Phrases(_DATA["relations"])
_OTHERS = frozenset(_DATA["others"])
_REPORTING = Phrases((word, word) for word in _DATA["reporting"])
_AFFECTED = Phrases((word, word) for word in _DATA["affected"])
_POSSESSIVES = frozenset({"his", "her", "their", "my", "a", "the", "an", "both", "one"})
_ADVERBS = frozenset({"also", "both", "either", "recently", "previously"})
_STRENGTH = ("ignored", "hypothetical", "absent", "possible", "resolved", "historical")
_FAR = 12
_MISHEARD = 5
_FILED = {"resolved": Assertion.ABSENT, "ignored": Assertion.HYPOTHETICAL}

PATIENT, OTHER = "patient", "other"


@dataclass(frozen=True, slots=True)
class Cue:
    """Words [first, last) say `status` of the words [reach_first, reach_last)."""

    first: int
    last: int
    status: str
    reach_first: int
    reach_last: int

    def covers(self, first: int, last: int) -> bool:
        """Whether the cue speaks of the words [first, last) and is no part of them."""
        if self.reach_last > self.last or self.first < self.reach_first:
            return self.first < first < self.reach_last or (self.first < first < self.last < last)
        return self.reach_first <= first and last <= self.first


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the cues say of a fact.

    `status` is an assertion's value, "resolved", or "ignored" for what is only talked about ("risk of infection");
    `experiencer` is "patient", a relation ("mother", "family") or "other".
    """

    status: str
    experiencer: str
    cue: tuple[int, int] | None

    @property
    def assertion(self) -> Assertion:
        """The assertion as the chart files it, a resolved finding counting as absent now."""
        if self.experiencer != PATIENT and self.status != "absent":
            return Assertion.FAMILY
        return _FILED.get(self.status) or Assertion(self.status)


class Context:
    """The cues of one text, found once, and the judgements that follow from them."""

    def __init__(self, these: Words, edges: Sequence[int] | None = None, closed: Sequence[int] | None = None) -> None:
        self._words = these
        self.closed = sorted(closed if closed is not None else _marks(these))
        self.edges = sorted({0, len(these), *self.closed, *(edges if edges is not None else boundaries(these))})
        self.cues = tuple(self._find())

    def judge(self, first: int, last: int) -> Judgement:
        """What is said of the words [first, last)."""
        covering = [cue for cue in self.cues if cue.covers(first, last)]
        experiencer, relation = self._experiencer(first, last)
        if denied := self._denied_change(first):
            return Judgement("absent", experiencer, denied)
        for status in _STRENGTH:
            near = [cue for cue in covering if cue.status == status]
            if near:
                cue = min(near, key=lambda found: max(first - found.last, found.first - last))
                return Judgement(status, experiencer, (cue.first, cue.last))
        return Judgement("present", experiencer, relation)

    def _denied_change(self, first: int) -> tuple[int, int] | None:
        """The "no" before a change that is itself the fact: "no change in vision"."""
        if first and self._words.text[first - 1] in {"no", "without", "any"} and self._words.stem[first] == "change":
            at = first - 2 if self._words.text[first - 1] == "any" and first > 1 else first - 1
            return (at, first) if self._words.stem[at] in {"no", "without", "deny", "denied"} else None
        return None

    def sentence(self, index: int) -> tuple[int, int]:
        """The words between the marks or headings around the word at `index`."""
        place = bisect_right(self.closed, index)
        return self.closed[place - 1] if place else 0, (
            self.closed[place] if place < len(self.closed) else len(self._words)
        )

    def clause(self, index: int) -> tuple[int, int]:
        """The words of the statement around the word at `index`."""
        place = bisect_right(self.edges, index)
        return self.edges[place - 1], self.edges[place] if place < len(self.edges) else len(self._words)

    def _find(self) -> Iterator[Cue]:
        stems = self._words.stem
        for first, last, (options, reach) in _cues().scan(stems):
            for status, forward in options:
                if not forward and (len(options) == 1 or not self._leads(last)):
                    yield Cue(first, last, status, max(self._back(first, status), first - reach), first)
                elif not forward:
                    continue
                elif status == "hypothetical":
                    yield Cue(first, last, status, last, self._condition(first, last))
                elif not (status == "historical" and first and stems[first - 1] in _DURATIONS):
                    cue = self._words.text[first]
                    end = self._list(last, status, single=cue in _SINGLE, garbled=cue in _DENYING)
                    yield Cue(first, last, status, last, min(end, last + self._far(last, reach)))

    def _far(self, last: int, reach: int) -> int:
        """How many words a forward cue may reach: a weak one ("not") only few, unless a finding follows at once."""
        return _FAR * 4 if self._leads(last) else reach

    def _leads(self, last: int) -> bool:
        """Whether a finding follows at word `last`, which an adjective there describes ("suspected sleep apnea")."""
        return last < len(self._words) and finding_end(self._words.stem, last) is not None

    def _condition(self, first: int, last: int) -> int:
        """A condition governs its own statement and, where it comes first, the one that follows from it."""
        text = self._words.text
        sentence_end = self.sentence(first)[1]
        if "following" in text[first:last]:
            return sentence_end
        own_end = min(self.clause(last)[1] if last < len(text) else last, sentence_end)
        begins = first == self.sentence(first)[0] or text[first] in {"if", "should", "unless", "whenever"}
        trailing = any(word in _CALLS for word in text[max(0, first - 4) : first])
        if begins and not trailing and own_end < sentence_end:
            return self.clause(own_end)[1]
        if own_end < sentence_end or "," in text[first:sentence_end]:
            return own_end
        return self._list(last, "hypothetical", begin=first)

    def _list(
        self, start: int, status: str, *, begin: int | None = None, single: bool = False, garbled: bool = False
    ) -> int:
        """The end of the list that begins at word `start`: known findings and unknown words, joined or bare.

        After a known finding only another one may follow without a joint; a joined one is the last. A `single` cue
        ("no") takes bare followers along only where a joint comes after them; a `garbled` list goes on over a few
        words that a recognizer misheard ("denies fever, rash next stiffness, weakness or syncope").
        """
        text, stems = self._words.text, self._words.stem
        end = self._limit(start, status)
        bare = status != "possible"
        index, seen, joined, alone = start, False, False, end
        while index < end:
            word = text[index]
            if word == "," and not (bare or not seen):
                return index
            if (
                word == ","
                and status == "absent"
                and seen
                and text[index + 1 : index + 2]
                and text[index + 1] in _AFFIRMING
            ):
                return index
            if word == "," or word in _JOINTS:
                index, joined, alone = index + 1, word != ",", end
                continue
            known = finding_end(stems, index)
            if known is None:
                after_finding = seen and text[index - 1] not in _JOINTS | {","}
                if after_finding and word not in _CARRIED and not (begin is not None and word in _WHEN):
                    further = self._further(index, end) if garbled else None
                    if further is None:
                        return min(index, alone)
                    index, seen = further, False
                    continue
                seen = after_finding and word not in _CARRIED
                index += 1
                continue
            if index > start and "positive" in text[index:known]:
                return index
            if seen and text[index - 1] not in _JOINTS | {","}:
                if not bare:
                    return index
                alone = min(alone, index) if single else end
            index, seen = known, True
            if joined and index < end and text[index] not in _JOINTS | _CARRIED | {","}:
                return index
        return min(end, alone)

    def _further(self, index: int, end: int) -> int | None:
        """The finding with which a list goes on behind a few unknown words, if an "or" shows that it is still one."""
        text = self._words.text
        for joint in range(index, min(index + _MISHEARD, end - 1)):
            if text[joint] in {",", "or"} and "or" in text[joint:end]:
                after = joint + 1 + (text[joint + 1] == "or")
                if after < end and finding_end(self._words.stem, after) is not None:
                    return after
        return None

    def _limit(self, start: int, status: str) -> int:
        """Where a list must have ended: the next statement, a stopping word, or a cue that says otherwise."""
        text, stems = self._words.text, self._words.stem
        end = self.clause(start)[1] if start < len(text) else start
        if start < len(text) and text[start] == ":":
            end = self.sentence(start)[1]
        for index in range(start, end):
            stop = _STOPS.longest(stems, index, end)
            if status == "historical" and index > start and text[index] in _RECENT:
                return index
            if stop and index > start and not (index <= start + 2 and text[stop[0] - 1] == "for"):
                return index
            hit = _cues().longest(stems, index, end)
            if hit and index > start and any(other not in {status, "historical"} and ahead
                                             for other, ahead in hit[1][0]):  # fmt: skip
                return index
        return end

    def _back(self, first: int, status: str) -> int:
        """The first word of the list that ends before the cue at word `first`."""
        text, stems = self._words.text, self._words.stem
        begin = self.clause(first - 1)[0] if first and first not in self.closed else first
        if status == "hypothetical":
            return max(begin, first - 3)
        begin = max(begin, first - _FAR) if status in {"possible", "historical"} else begin
        for index in range(first - 1, begin - 1, -1):
            stop = _STOPS.longest(stems, index, first)
            if (stop and text[index] not in {"which", "who"}) or (status == "possible" and text[index] == ","):
                return index + 1
        return begin

    def _experiencer(self, first: int, last: int) -> tuple[str, tuple[int, int] | None]:
        """Whose fact it is, by a relative named before it with a verb of having, or after it ("in her father")."""
        stems, text = self._words.stem, self._words.text
        begin, end = self.clause(first)
        after = last
        if after < end and text[after] in {"in", "on"}:
            after += 1
            while after < end and text[after] in _POSSESSIVES:
                after += 1
            hit = _RELATIONS.longest(stems, after, end) if after < end else None
            if hit:
                return hit[1], (last, hit[0])
        for index in range(first - 1, begin - 1, -1):
            hit = _RELATIONS.longest(stems, index, first)
            if hit and index and (longer := _RELATIONS.longest(stems, index - 1, first)) and longer[0] == hit[0]:
                index, hit = index - 1, longer  # noqa: PLW2901 - "maternal" belongs to the relation
            if hit and self._is_side(hit[0]):
                continue
            if hit and self._is_affected(hit[0], first):
                return hit[1], (index, hit[0])
            if text[index] in _OTHERS and self._is_affected(index + 1, first):
                return OTHER, (index, index + 1)
        return PATIENT, None

    def listed_relative(self, first: int) -> str | None:
        """The relative whose diseases a family history lists at word `first`: "Mother, diabetes and hypertension"."""
        begin = self.sentence(first)[0]
        for index in range(first - 1, begin - 1, -1):
            hit = _RELATIONS.longest(self._words.stem, index, first)
            if hit and hit[1] != "family":
                longer = _RELATIONS.longest(self._words.stem, index - 1, first) if index > begin else None
                return longer[1] if longer and longer[0] == hit[0] else hit[1]
        return None

    def _is_side(self, after: int) -> bool:
        """Whether a relative named up to word `after` is the one whose side of the family another belongs to."""
        following = self._words.text[after : after + 2]
        return following[:1] == ["side"] or following == ["'s", "side"]

    def relative_before(self, first: int) -> str | None:
        """The relative joined by "and" right before the one at word `first`."""
        start = first - 1 if first and self._words.text[first - 1] in _POSSESSIVES else first
        if start < 1 or self._words.text[start - 1] != "and":
            return None
        for index in range(max(0, start - 4), start - 1):
            hit = _RELATIONS.longest(self._words.stem, index, start - 1)
            if hit and hit[0] == start - 1:
                return hit[1]
        return None

    def _past_side(self, after: int, first: int) -> int:
        """The words behind "on her mother's side", which say only which grandmother it is."""
        if self._words.text[after : after + 1] == ["on"] and "side" in self._words.text[after : min(after + 6, first)]:
            return self._words.text.index("side", after) + 1
        return after

    def _is_affected(self, after: int, first: int) -> bool:
        """Whether the words after a relative say that the relative has it, and does not merely report it."""
        stems, text = self._words.stem, self._words.text
        after = self._past_side(after, first)
        while after < first and (text[after] in _ADVERBS or text[after] in {",", "and"}):
            after += 1
            if text[after - 1] in {",", "and"} and not (after < first and _RELATIONS.longest(
                    stems, after + (text[after] in _POSSESSIVES), first)):  # fmt: skip
                return False
        if after == first:
            return True
        if _REPORTING.longest(stems, after, first):
            return False
        return bool(_AFFECTED.longest(stems, after, first) or _RELATIONS.longest(stems, after, first))


_CARRIED = frozenset({",", "in", "of", "at", "on", "with", "over", "to", "from", "during", "today", "or", "around",
                      "that", "is", "was", "as", "well", "complicated", "are", "were"})  # fmt: skip
_CALLS = frozenset(
    {"call", "sooner", "return", "back", "room", "department", "911", "visit", "seen", "office", "us", "er"}
)
_WHEN = frozenset({"or", "worse", "again"})
_SINGLE = frozenset(_DATA["single"])
_DENYING = frozenset({"denies", "denied", "deny", "denying"})
_AFFIRMING = frozenset(_DATA["affirming"])
_RECENT = frozenset(_DATA["recent"])
_DURATIONS = frozenset(_DATA["durations"])
_STOPS = Phrases((word, word) for word in [*_DATA["stops"], *_DATA["headings"]])


@cache
def _cues() -> Phrases[tuple[tuple[tuple[str, bool], ...], int]]:
    """Each cue with what it says, whether of the words after it, and how many words far; nothing for a false cue."""
    options: dict[str, list[tuple[str, bool]]] = {phrase: [] for phrase in _DATA["pseudo"]}
    for direction in ("before", "after"):
        for status, phrases in _DATA[direction].items():
            for phrase in phrases:
                options.setdefault(phrase, []).append((status, direction == "before"))
    return Phrases((phrase, (tuple(found), _DATA["short"].get(phrase, _FAR * 4))) for phrase, found in options.items())


def _marks(these: Words) -> list[int]:
    return [index + 1 for index, word in enumerate(these.text) if word in _ENDS or word.isspace()]


@cache
def _tokenizer() -> Language:
    return spacy.blank("en")


def assert_mention(text: str, start: int, end: int) -> tuple[Assertion, str, str]:
    """How the characters [start, end) of any `text` are asserted: assertion, experiencer, and the cue's words.

    The experiencer is "patient", a relation ("mother", "family") or "other"; the cue is empty where nothing but the
    statement itself decided.
    """
    these = read(_tokenizer().make_doc(text))
    judged = Context(these).judge(*these.range(Span(start, end)))
    return judged.assertion, judged.experiencer, these.span(*judged.cue).of(text) if judged.cue else ""
