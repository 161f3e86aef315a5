"""What can be wrong with a whole list of patients. A single bad line is no error: it is refused with its reason."""

from __future__ import annotations

from ehr.errors import EnvironmentFault


class EncodingUnclear(EnvironmentFault):
    """The bytes are not UTF-8 or UTF-16, so that names would be guessed."""

    code = "CW-E133"
    sentence = "The list is not in UTF-8 or UTF-16, so its names could be read wrongly; nothing was imported."
    next_step = "Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”), then import it again."


class NotAPatientList(EnvironmentFault):
    """The file is neither a FHIR bundle, nor NDJSON of patients, nor a table with the columns needed."""

    code = "CW-E134"
    sentence = "This is no list of patients that can be imported; nothing was imported."
    next_step = "Give a FHIR R4 bundle or NDJSON of Patient, or a CSV with a header that names mrn and family name."


class ListTooLarge(EnvironmentFault):
    """The file is larger than any clinic's list."""

    code = "CW-E135"
    sentence = "The list is too large to be read at once; nothing was imported."
    next_step = "Split it into files of less than 200 MB."


class ReadingCutOff(EnvironmentFault):
    """The process that read the list ended before it was done: out of memory, or ended from outside."""

    code = "CW-E210"
    sentence = "Reading the list was cut off; nothing was imported."
    next_step = "Try again with fewer programs open, or split the list into smaller files."
