-- The audit trail: one row per call, partitioned by the month (UTC) in which the call arrived.
-- Locks: nothing that exists; every object is new.
-- Least privilege for a gateway: INSERT and SELECT on public.audit_log, USAGE on public.audit_log_id_seq.

CREATE TABLE public.audit_log (
    id bigserial NOT NULL,
    request_id uuid NOT NULL,
    "timestamp" timestamptz NOT NULL DEFAULT now(),
    client_subject text NOT NULL,
    client_role text NOT NULL,
    tool_name text NOT NULL,
    backend_name text NOT NULL,
    request_args jsonb,
    response_status text NOT NULL,
    error_message text,
    latency_ms bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    reason text,
    error_code integer,
    http_status integer,
    latency_us bigint,
    first_byte_us bigint,
    gateway_us bigint,
    client_issuer text,
    client_tenant text,
    client_display text,
    client_app text,
    method text,
    jsonrpc_id text,
    session_hash text,
    protocol_version text,
    client_name text,
    client_address text,
    route text,
    trace_id text,
    request_bytes bigint,
    response_bytes bigint,
    decision text,
    instance text,
    journal_id uuid,
    seq bigint,
    chain_hash bytea,
    CONSTRAINT audit_log_pkey PRIMARY KEY (id, "timestamp"),
    CONSTRAINT audit_log_response_status_check CHECK (response_status IN ('success', 'error', 'denied'))
) PARTITION BY RANGE ("timestamp");

-- Takes every row whose month has no partition yet, so that no clock and no late upkeep can lose one.
CREATE TABLE public.audit_log_default PARTITION OF public.audit_log DEFAULT;

CREATE INDEX audit_log_timestamp_idx ON public.audit_log ("timestamp");
CREATE INDEX audit_log_request_id_idx ON public.audit_log (request_id);
CREATE INDEX audit_log_client_subject_idx ON public.audit_log (client_subject, "timestamp");
CREATE INDEX audit_log_tool_name_idx ON public.audit_log (tool_name, "timestamp");
