"""Said → written: from the words of a dictation to a note as a clinician would write it."""

from ehr.dictation.writing import write

__all__ = ["write"]
