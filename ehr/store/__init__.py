"""The encrypted chart on disk. Start at `ehr.store.store`; the errors stand alone in `ehr.store.errors`."""
