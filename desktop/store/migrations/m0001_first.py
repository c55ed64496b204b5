"""Version 1: the tables beside the ledgers. Append-only history: never edited after a release."""

STATEMENTS = (
    "CREATE TABLE tx (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, person TEXT NOT NULL, label TEXT NOT NULL, "
    "basis TEXT NOT NULL DEFAULT '', origin TEXT NOT NULL DEFAULT '', segment TEXT)",
    "CREATE INDEX tx_unsealed ON tx (id) WHERE segment IS NULL",
    "CREATE INDEX tx_at ON tx (at)",
    "CREATE INDEX tx_segment ON tx (segment) WHERE segment IS NOT NULL",
    "CREATE TABLE journal (id INTEGER PRIMARY KEY, tx INTEGER NOT NULL, ledger TEXT NOT NULL, key TEXT NOT NULL, "
    "field TEXT NOT NULL, old, new)",
    "CREATE INDEX journal_tx ON journal (tx)",
    "CREATE INDEX journal_row ON journal (key, ledger)",
    "CREATE TABLE current_tx (one INTEGER PRIMARY KEY CHECK (one = 1), tx INTEGER, applying INTEGER NOT NULL)",
    "INSERT INTO current_tx VALUES (1, NULL, 0)",
    "CREATE TABLE owned (organisation TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE identity (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE search_row (id INTEGER PRIMARY KEY, ledger TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL)",
    "CREATE UNIQUE INDEX search_row_key ON search_row (key, ledger)",
    "CREATE TABLE search_pending (ledger TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (ledger, key)) WITHOUT ROWID",
    "CREATE VIRTUAL TABLE search_text USING fts5(text, initials, tokenize = 'unicode61')",
    # synchronisation
    "CREATE TABLE sync_seg (n INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, stream TEXT NOT NULL, "
    "gen INTEGER NOT NULL, device TEXT NOT NULL, schema INTEGER NOT NULL, hdr BLOB NOT NULL, sig BLOB NOT NULL, "
    "payload BLOB NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', batch INTEGER)",
    "CREATE INDEX sync_seg_held ON sync_seg (state) WHERE state <> 'applied'",
    "CREATE INDEX sync_seg_batch ON sync_seg (batch)",
    "CREATE INDEX sync_seg_stream ON sync_seg (stream, state, gen)",
    "CREATE TABLE sync_edge (child INTEGER NOT NULL, parent INTEGER NOT NULL, PRIMARY KEY (child, parent)) "
    "WITHOUT ROWID",
    "CREATE INDEX sync_edge_parent ON sync_edge (parent)",
    "CREATE TABLE sync_row (ledger TEXT NOT NULL, key TEXT NOT NULL, seg INTEGER NOT NULL, idx INTEGER NOT NULL, "
    "at INTEGER NOT NULL, schema INTEGER NOT NULL, PRIMARY KEY (ledger, key)) WITHOUT ROWID",
    "CREATE TABLE sync_cell (ledger TEXT NOT NULL, key TEXT NOT NULL, col TEXT NOT NULL, seg INTEGER NOT NULL, "
    "idx INTEGER NOT NULL, at INTEGER NOT NULL, val, PRIMARY KEY (ledger, key, col, seg, idx)) WITHOUT ROWID",
    "CREATE TABLE sync_unknown (ledger TEXT NOT NULL, key TEXT NOT NULL, col TEXT NOT NULL, seg INTEGER NOT NULL, "
    "idx INTEGER NOT NULL, at INTEGER NOT NULL, val, PRIMARY KEY (ledger, key, col, seg, idx)) WITHOUT ROWID",
    "CREATE TABLE sync_conflict (ledger TEXT NOT NULL, key TEXT NOT NULL, col TEXT NOT NULL, "
    "PRIMARY KEY (ledger, key, col)) WITHOUT ROWID",
    "CREATE TABLE sync_peer (device TEXT NOT NULL, organisation TEXT NOT NULL, instance TEXT NOT NULL, "
    "heads TEXT NOT NULL, want TEXT NOT NULL, want_blobs TEXT NOT NULL, bundle_no INTEGER NOT NULL, "
    "at INTEGER NOT NULL, heard INTEGER NOT NULL, PRIMARY KEY (device, instance)) WITHOUT ROWID",
    "CREATE TABLE sync_cert (serial TEXT PRIMARY KEY, device TEXT NOT NULL, organisation TEXT NOT NULL, "
    "role TEXT NOT NULL, key TEXT NOT NULL, issuer TEXT NOT NULL, body BLOB NOT NULL, sig BLOB NOT NULL) "
    "WITHOUT ROWID",
    "CREATE INDEX sync_cert_organisation ON sync_cert (organisation)",
    "CREATE INDEX sync_cert_root ON sync_cert (key) WHERE role = 'root'",
    "CREATE INDEX sync_cert_device ON sync_cert (device)",
    "CREATE TABLE sync_revocation (name TEXT PRIMARY KEY, device TEXT NOT NULL, body BLOB NOT NULL, sig BLOB NOT NULL) "
    "WITHOUT ROWID",
    "CREATE TABLE sync_invitation (secret TEXT PRIMARY KEY, organisation TEXT NOT NULL, used_by TEXT) WITHOUT ROWID",
    "CREATE TABLE sync_digest (stream TEXT PRIMARY KEY, total TEXT NOT NULL, journal INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE sync_log (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, device TEXT NOT NULL, "
    "bundle TEXT NOT NULL, detail TEXT NOT NULL)",
)
"""The journal keeps one line for a new row (field '', new = JSON array of its cells in declared order) and one line
(old, new) for each changed cell. `old` and `new` have no affinity, so a cell's type survives."""
