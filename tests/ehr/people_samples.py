"""Users of every role, for the tests of what each may do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from store_samples import PASSPHRASE, Clock, new_store

from ehr.chart.people import Role, User
from ehr.store.store import Store

SECRETS: Mapping[Role, str] = {role: f"{role.value} of the clinic" for role in Role}
"""The passphrase of each role's user."""


def staffed(home: Path) -> dict[Role, User]:
    """A closed store in `home` with a user of each role besides its owner; the users by role."""
    with new_store(home) as store:
        return {role: store.users.add(f"A {role.value}", {role}, SECRETS[role]) for role in Role}


def open_as(home: Path, role: Role) -> Store:
    """The store, opened by the user of a role."""
    return Store.open(home, SECRETS[role], clock=Clock())


def open_as_owner(home: Path) -> Store:
    """The store, opened by its first user, who has every role."""
    return Store.open(home, PASSPHRASE, clock=Clock())
