"""Users in the store.

Owns the user table: names, roles, whether they may unlock, the secret of their one-time codes. Every function takes the
database of the caller's transaction or read. Knows no passphrase and no key.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ehr.chart.people import Account, Right, Role, User
from ehr.store.codec import Row, time_to_text
from ehr.store.errors import LastAdministrator, NameTaken, UserUnknown
from ehr.store.sqlcipher import Database


@dataclass(frozen=True, slots=True)
class CodeState:
    """What a one-time code is checked against: the shared secret, and the time step of the newest code accepted."""

    secret: bytes
    step: int


def all_accounts(db: Database) -> list[Account]:
    """Every user by name, those who may no longer unlock included."""
    return [_account(row) for row in db.table("user").rows_where(order_by="name_key")]


def by_id(db: Database, user_id: str) -> Account:
    """The user with this id. Raises UserUnknown."""
    found = list(db.table("user").rows_where("id = ?", [user_id]))
    if not found:
        raise UserUnknown
    return _account(found[0])


def named(found: Iterable[Account], name: str | None) -> User:
    """The user of this name or id; where none is named, the only one. Raises UserUnknown."""
    users = [each.user for each in found]
    if name is None:
        if len(users) != 1:
            raise UserUnknown("There are several users, and none is named.", "Name the user as well.")
        return users[0]
    for each in users:
        if name_key(name) in (each.id, name_key(each.name)):
            return each
    raise UserUnknown


def insert(db: Database, user: User) -> None:
    """Add a user. Raises NameTaken."""
    key = _free_name(db, user.id, user.name)
    roles = _roles_to_text(user.roles)
    db.table("user").insert({"id": user.id, "name": user.name.strip(), "name_key": key, "roles": roles})


def rename(db: Database, user_id: str, name: str) -> None:
    """Call a user something else. Raises UserUnknown, NameTaken."""
    by_id(db, user_id)
    db.table("user").update(user_id, {"name": name.strip(), "name_key": _free_name(db, user_id, name)})


def set_roles(db: Database, user_id: str, roles: Iterable[Role]) -> None:
    """Give a user these roles and no others. Raises UserUnknown, LastAdministrator."""
    by_id(db, user_id)
    db.table("user").update(user_id, {"roles": _roles_to_text(roles)})
    _require_administrator(db)


def disable(db: Database, user_id: str, *, at: datetime) -> None:
    """Let a user no longer unlock; their name stays with what they did. Raises UserUnknown, LastAdministrator."""
    by_id(db, user_id)
    db.table("user").update(user_id, {"disabled_at": time_to_text(at)})
    _require_administrator(db)


def readmit(db: Database, user_id: str) -> None:
    """Let a user unlock again, without a one-time code until they set one up. Raises UserUnknown."""
    by_id(db, user_id)
    db.table("user").update(user_id, {"disabled_at": None, "code_secret": None})


def code_state(db: Database, user_id: str) -> CodeState | None:
    """What the user's one-time codes are checked against; None where they have none."""
    row = db.execute("SELECT code_secret, code_step FROM user WHERE id = ?", [user_id]).fetchone()
    return CodeState(bytes(row[0]), row[1]) if row is not None and row[0] is not None else None


def set_code(db: Database, user_id: str, state: CodeState | None) -> None:
    """Ask the user for one-time codes from now on, remember the newest one, or ask no more. Raises UserUnknown."""
    by_id(db, user_id)
    columns = {"code_secret": state.secret, "code_step": state.step} if state else {"code_secret": None}
    db.table("user").update(user_id, columns)


def _account(row: Row) -> Account:
    roles = frozenset(Role(role) for role in json.loads(row["roles"]))
    user = User(row["id"], row["name"], roles)
    return Account(user, row["disabled_at"] is not None, row["code_secret"] is not None)


def _roles_to_text(roles: Iterable[Role]) -> str:
    return json.dumps(sorted(role.value for role in roles))


def _free_name(db: Database, user_id: str, name: str) -> str:
    """The name as it is compared. Raises NameTaken."""
    key = name_key(name)
    taken = db.execute("SELECT 1 FROM user WHERE name_key = ? AND id <> ?", [key, user_id]).fetchone()
    if not key or taken:
        raise NameTaken
    return key


def name_key(name: str) -> str:
    """The name as two names are compared: without regard to case, composition and outer or repeated blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _require_administrator(db: Database) -> None:
    if not any(each.user.may(Right.MANAGE_USERS) for each in all_accounts(db) if not each.disabled):
        raise LastAdministrator
