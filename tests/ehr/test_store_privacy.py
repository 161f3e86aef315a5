"""A planted name is nowhere in plain text: not in the chart, its log, the key file or anything beside them."""

from __future__ import annotations

import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import CHEAP, draft, maria, new_store

from ehr.chart.patient import Patient
from ehr.errors import ChartError
from ehr.store.store import Store

CANARY = "Zyxwanderlust"
PASSPHRASE = "Quetzalcoatl-passphrase"


def _hits(folder: Path, *secrets: bytes) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files for secret in secrets if secret.lower() in path.read_bytes().lower()]


def _spellings(text: str) -> tuple[bytes, ...]:
    return text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode().hex().encode()


def _use(store: Store) -> bytes:
    """Put the canary wherever text can go; returns a recording's key."""
    patient = store.add_patient(Patient(f"{CANARY}-1", CANARY, CANARY))
    recording = store.begin_recording(device=CANARY)
    encounter = store.add_encounter(patient, title=CANARY, recording_id=recording.id)
    proposed = draft(f"{CANARY} denies pain. {CANARY} daily. " * 50)
    named = tuple(replace(entry, name=CANARY.lower()) for entry in proposed.entries)
    store.save_draft(encounter.id, replace(proposed, entries=named))
    store.edit_note(encounter.id, f"{CANARY} again.")
    store.edit(named[0])
    store.reject(named[1].id)
    store.update_patient(replace(patient, given_name="Other"))
    assert store.search(CANARY)
    return recording.key


def test_no_patient_text_on_disk_in_plain(tmp_path):
    """While open (write-ahead log present), and after closing: no name, note, passphrase or key in any file."""
    with Store.create(tmp_path / "home", PASSPHRASE, cost=CHEAP) as store:
        key = _use(store)
        secrets = [*_spellings(CANARY), *_spellings(PASSPHRASE), key, store._unlocked.data_key]
        assert (tmp_path / "home" / "chart.db-wal").stat().st_size > 0
        assert _hits(tmp_path, *secrets) == []

    assert _hits(tmp_path, *secrets) == []
    assert not (tmp_path / "home" / "chart.db-wal").exists()


def test_the_search_for_plain_text_can_find_it(tmp_path):
    """The same canary in an unencrypted file is seen."""
    (tmp_path / "plain").write_bytes(b"x" + CANARY.lower().encode("utf-16-le"))

    assert _hits(tmp_path, *_spellings(CANARY)) == [tmp_path / "plain"]


def test_errors_hold_no_patient_text(tmp_path, capfd):
    """Messages of refused acts name no patient, and nothing is printed."""
    with new_store(tmp_path) as store:
        store.add_patient(replace(maria(), mrn=CANARY, family_name=CANARY))
        with pytest.raises(ChartError) as caught:
            store.add_patient(replace(maria(), mrn=CANARY, id="other"))

    assert CANARY not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_the_folder_and_its_files_are_the_owners_alone(tmp_path):
    """Folders 0700, files 0600, the write-ahead log included."""
    with new_store(tmp_path / "home") as store:
        store.add_patient(maria())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "home").iterdir()}
        modes["."] = stat.S_IMODE((tmp_path / "home").stat().st_mode)

    assert {name for name, mode in modes.items() if mode == 0o700} == {".", "recordings"}
    assert {mode for name, mode in modes.items() if name not in {".", "recordings"}} == {0o600}
    assert "chart.db-wal" in modes
