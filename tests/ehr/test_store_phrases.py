"""Auto-texts and words in the store: whose they are, who may change them, and that they are encrypted."""

from __future__ import annotations

import pytest
from store_samples import PASSPHRASE, new_store

from ehr.chart.people import Role
from ehr.chart.phrases import AutoText, ClinicTerm
from ehr.store.errors import NotAllowed
from ehr.store.phrases import Owner
from ehr.store.store import Store

CHEST = AutoText(("normal chest exam", "normal lungs"), "Chest: [clear|not].", "physical_exam")
MINE = AutoText(("normal chest exam",), "Chest: mine.")
ENTYVIO = ClinicTerm("Entyvio", ("en tie vee oh",))


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    with new_store(tmp_path / "home") as made:
        yield made


def test_what_is_kept_comes_back(store):
    """For the present user: their own before the clinic's, of two words written alike the own one."""
    store.phrases.put_autotexts(Owner.CLINIC, [CHEST])
    store.phrases.put_autotexts(Owner.MINE, [MINE])
    store.phrases.put_terms(Owner.CLINIC, [ClinicTerm("ENTYVIO"), ClinicTerm("Xanthomycin")])
    store.phrases.put_terms(Owner.MINE, [ENTYVIO])

    assert store.phrases.current().autotexts == (MINE, CHEST)
    assert store.phrases.current().terms == (ENTYVIO, ClinicTerm("Xanthomycin"))


def test_a_changed_one_stands_in_the_place_of_the_old(store):
    """Under a new name too."""
    store.phrases.put_autotexts(Owner.MINE, [CHEST])
    renamed = AutoText(("my chest exam",), "Chest: fine.")
    store.phrases.put_autotexts(Owner.MINE, [renamed], instead_of=CHEST.name)
    store.phrases.put_terms(Owner.MINE, [ENTYVIO])
    store.phrases.put_terms(Owner.MINE, [ClinicTerm("entyvio")])

    assert store.phrases.autotexts(Owner.MINE) == (renamed,)
    assert store.phrases.terms(Owner.MINE) == (ClinicTerm("entyvio"),)


def test_what_is_removed_is_gone(store):
    """From its owner alone."""
    for owner in Owner:
        store.phrases.put_autotexts(owner, [CHEST])
        store.phrases.put_terms(owner, [ENTYVIO])
    store.phrases.remove_autotexts(Owner.CLINIC, [CHEST.name, "no such one"])
    store.phrases.remove_terms(Owner.CLINIC, ["ENTYVIO"])

    assert store.phrases.autotexts(Owner.CLINIC) == ()
    assert store.phrases.terms(Owner.CLINIC) == ()
    assert store.phrases.autotexts(Owner.MINE) == (CHEST,)
    assert store.phrases.terms(Owner.MINE) == (ENTYVIO,)


def test_a_scribe_has_their_own_and_reads_the_clinics(store, tmp_path):
    """Only a clinician or an administrator changes what holds for everyone; nobody sees another's."""
    store.phrases.put_autotexts(Owner.CLINIC, [CHEST])
    store.phrases.put_autotexts(Owner.MINE, [MINE])
    store.users.add("scribe", {Role.SCRIBE}, "another passphrase")
    store.close()

    with Store.open(tmp_path / "home", "another passphrase", "scribe") as theirs:
        assert theirs.phrases.current().autotexts == (CHEST,)
        with pytest.raises(NotAllowed):
            theirs.phrases.put_terms(Owner.CLINIC, [ENTYVIO])
        theirs.phrases.put_terms(Owner.MINE, [ENTYVIO])
        assert theirs.phrases.current().terms == (ENTYVIO,)


def test_every_change_is_in_the_audit_log_and_nothing_of_it_is_plain(store, tmp_path):
    """Who changed whose; what, only under the key."""
    store.phrases.put_autotexts(Owner.MINE, [AutoText(("normal chest exam",), "Chest: plainly-visible-words.")])
    store.phrases.put_terms(Owner.CLINIC, [ClinicTerm("Plainlyvisibleterm")])
    assert store.check() == []
    store.close()

    with Store.open(tmp_path / "home", PASSPHRASE) as again:
        assert again.phrases.current().terms == (ClinicTerm("Plainlyvisibleterm"),)
    for file in (tmp_path / "home").rglob("*"):
        assert not file.is_file() or b"ainlyvisible" not in file.read_bytes().replace(b"-", b"")
