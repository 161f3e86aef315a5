"""The table of roles and rights, cell by cell, and that every door of the store asks it."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from people_samples import open_as, staffed
from rights_table import ROWS
from store_samples import maria, rows

from ehr.chart.people import EMERGENCY, RIGHTS, Right, Role, User
from ehr.errors import ChartError
from ehr.store.errors import NotAllowed
from ehr.store.faults import NoReason
from ehr.store.store import Store

CELLS = """
                clinician scribe records_officer administrator
read            yes       yes    yes             no
dictate         yes       yes    no              no
review          yes       yes    no              no
sign            yes       no     no              no
edit_patients   yes       yes    yes             no
merge_patients  no        no     yes             no
export          yes       no     yes             no
read_audit      no        no     yes             yes
shred           no        no     yes             no
back_up         no        no     yes             yes
manage_users    no        no     no              yes
edit_clinic_phrases yes   no     no              yes
keep_account    yes       yes    yes             yes
"""
"""What the clinic is told that each role may do: written down once more, so that the table cannot drift unseen."""

_HEAD, *_LINES = (line.split() for line in CELLS.strip().splitlines())
EXPECTED = {
    (Right(right), Role(role)): cell == "yes"
    for right, *cells in _LINES
    for role, cell in zip(_HEAD, cells, strict=True)
}

OPENING = {"exists", "create", "open", "open_by_keychain", "recover", "close"}
"""What is called before there is a user, or after."""


@pytest.mark.parametrize(("right", "role"), sorted(EXPECTED))
def test_each_cell_of_the_table(right, role):
    """The role has the right exactly where the clinic is told so."""
    assert User("id", "name", frozenset({role})).may(right) is EXPECTED[right, role]


def test_every_right_and_role_is_in_the_table():
    """None is left out, neither here nor there."""
    assert set(RIGHTS) == set(Right)
    assert set(EXPECTED) == {(right, role) for right in Right for role in Role}


def test_several_roles_give_all_their_rights():
    """A clinician who also keeps the records may do both, and nobody without a role may do anything."""
    both = User("id", "name", frozenset({Role.CLINICIAN, Role.RECORDS_OFFICER}))

    assert {right for right in Right if both.may(right)} == {
        right for right in Right if EXPECTED[right, Role.CLINICIAN] or EXPECTED[right, Role.RECORDS_OFFICER]
    }
    assert not any(User("id", "name", frozenset()).may(right) for right in Right)


def _methods(owner: object) -> set[str]:
    return {name for name, _ in inspect.getmembers(type(owner), inspect.isroutine) if not name.startswith("_")}


def _doors(store: Store) -> set[str]:
    """Every public method of the store and of its rooms, as `room.method`."""
    found = _methods(store) - OPENING
    for name, member in inspect.getmembers(type(store)):
        if isinstance(member, property) and not name.startswith("_"):
            room = getattr(store, name)
            if type(room).__module__.startswith("ehr.store"):
                found |= {f"{name}.{method}" for method in _methods(room)}
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store with a user of each role."""
    staffed(tmp_path / "home")
    return tmp_path / "home"


def test_every_door_has_a_row(home):
    """A method without one is a method nobody has decided about: give it a row in rights_table.py."""
    with open_as(home, Role.CLINICIAN) as store:
        doors = _doors(store)

    assert sorted(doors - set(ROWS)) == [], "no row in tests/ehr/rights_table.py"
    assert sorted(set(ROWS) - doors) == [], "row without a method"


@pytest.mark.parametrize("role", list(Role))
def test_every_door_asks_for_its_right(home, role):
    """Who has the right comes through, whatever they find; who has not is refused and nothing is touched."""
    with open_as(home, role) as store:
        for door, guarded in ROWS.items():
            before = rows(store)
            allowed = guarded.right is None or EXPECTED[guarded.right, role]
            try:
                guarded.call(store)
            except NotAllowed:
                assert not allowed, door
                assert rows(store) == before, door
            except ChartError:
                assert allowed, door
            else:
                assert allowed, door


def test_a_reader_asks_as_its_store_does(home):
    """A second connection is no way around the roles."""
    with open_as(home, Role.ADMINISTRATOR) as store, store.reader() as reader, pytest.raises(NotAllowed):
        reader.patients()


def test_emergency_access_gives_reading_and_no_more(home):
    """With a reason, charts can be read until the store is closed; everything else stays refused."""
    with open_as(home, Role.CLINICIAN) as store:
        patient = store.add_patient(maria())
    with open_as(home, Role.ADMINISTRATOR) as store:
        for reason in ("", "  x  ", "\n\n\n\n\n\n\n\n\n"):
            with pytest.raises(NoReason):
                store.emergencies.begin(reason)
        with pytest.raises(NotAllowed):
            store.patients()
        store.emergencies.begin("The doctor is away, the patient unconscious")

        assert store.patients() == [patient]
        assert {right for right in Right if store.users.may(right)} == EMERGENCY | {
            right for right in Right if EXPECTED[right, Role.ADMINISTRATOR]
        }
    with open_as(home, Role.ADMINISTRATOR) as store, pytest.raises(NotAllowed):
        store.patients()


def test_the_records_officer_sees_every_emergency(home):
    """With who, when and why; until they have looked, it counts as unseen. The reason is not in the audit log."""
    with open_as(home, Role.ADMINISTRATOR) as store:
        store.emergencies.begin("Maria needs her list")
    with open_as(home, Role.RECORDS_OFFICER) as store:
        [access] = store.emergencies.all(unseen=True)
        assert (access.user, access.reason, access.seen_by) == ("A administrator", "Maria needs her list", "")
        store.emergencies.mark_seen(access.id)

        assert store.emergencies.all(unseen=True) == []
        assert store.emergencies.all()[0].seen_by == "A records_officer"
        log = rows(store)["audit"]
        assert [row[3:5] for row in log if row[3].startswith("emergency")] == [
            ("emergency.begun", access.id),
            ("emergency.seen", access.id),
        ]
        assert "Maria" not in repr(log)
