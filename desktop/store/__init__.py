"""SQLite through peewee: the workspace, its journal, and the only readers and writers of ledgers."""
