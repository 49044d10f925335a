-- The embedded store's tables: the same names and columns as in PostgreSQL, without partitions.
-- uuid and timestamptz are TEXT (ISO 8601, UTC, six fractional digits), jsonb is TEXT, bytea is BLOB.
-- Locks: the whole file, as every SQLite transaction that writes.

CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id TEXT NOT NULL,
    "timestamp" TEXT NOT NULL,
    client_subject TEXT NOT NULL,
    client_role TEXT NOT NULL,
    tool_name TEXT NOT NULL,
    backend_name TEXT NOT NULL,
    request_args TEXT,
    response_status TEXT NOT NULL CHECK (response_status IN ('success', 'error', 'denied')),
    error_message TEXT,
    latency_ms INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    reason TEXT,
    error_code INTEGER,
    http_status INTEGER,
    latency_us INTEGER,
    first_byte_us INTEGER,
    gateway_us INTEGER,
    client_issuer TEXT,
    client_tenant TEXT,
    client_display TEXT,
    client_app TEXT,
    method TEXT,
    jsonrpc_id TEXT,
    session_hash TEXT,
    protocol_version TEXT,
    client_name TEXT,
    client_address TEXT,
    route TEXT,
    trace_id TEXT,
    request_bytes INTEGER,
    response_bytes INTEGER,
    decision TEXT,
    instance TEXT,
    journal_id TEXT,
    seq INTEGER,
    chain_hash BLOB
);

CREATE INDEX audit_log_timestamp_idx ON audit_log ("timestamp");
CREATE INDEX audit_log_request_id_idx ON audit_log (request_id);
CREATE INDEX audit_log_client_subject_idx ON audit_log (client_subject, "timestamp");
CREATE INDEX audit_log_tool_name_idx ON audit_log (tool_name, "timestamp");

CREATE TABLE audit_checkpoint (
    journal_id TEXT NOT NULL,
    month TEXT NOT NULL,
    seq INTEGER NOT NULL,
    chain_hash BLOB,
    dropped INTEGER NOT NULL DEFAULT 0,
    position INTEGER,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (journal_id, month)
) WITHOUT ROWID;
