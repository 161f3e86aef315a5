"""How the schema came to be, step by step.

Owns the order of the steps (`steps` holds them). Each runs once, in a transaction with the record that it ran, and ends
by ensuring the triggers, because sqlite-utils' `transform` drops those of the table it rebuilds. Knows nothing of what
reads or writes the tables.
"""

from __future__ import annotations

from types import ModuleType

from sqlite_utils import Migrations

from ehr.store.errors import StoreTooNew
from ehr.store.sqlcipher import Database
from ehr.store.steps import (
    m0001_chart,
    m0002_repairs,
    m0003_people,
    m0004_signing,
    m0005_record,
    m0006_retention,
    m0007_phrases,
    m0009_upkeep,
)
from ehr.store.triggers import ensure_triggers

STEPS: tuple[ModuleType, ...] = (
    m0001_chart,
    m0002_repairs,
    m0003_people,
    m0004_signing,
    m0005_record,
    m0006_retention,
    m0007_phrases,
    m0009_upkeep,
)
"""Every step in its order; a module's name is the step's."""

_migrations = Migrations("chart")


def _name(step: ModuleType) -> str:
    return step.__name__.rpartition(".")[2]


def _register(step: ModuleType) -> None:
    @_migrations(name=_name(step))
    def run(db: Database, /) -> None:
        step.run(db)
        ensure_triggers(db)


for _step in STEPS:
    _register(_step)


def migrate(db: Database) -> None:
    """Bring the schema to this version. Raises StoreTooNew, with nothing touched, where it is past it."""
    if applied(db) - {_name(step) for step in STEPS}:
        raise StoreTooNew
    _migrations.apply(db)


def pending(db: Database) -> bool:
    """Whether `migrate` would change the schema of a store that has one."""
    done = applied(db)
    return bool(done) and not {_name(step) for step in STEPS} <= done


def applied(db: Database) -> set[str]:
    """Names of the steps that the store has been through; empty for a file that is no store."""
    return {step.name for step in _migrations.applied(db)}
