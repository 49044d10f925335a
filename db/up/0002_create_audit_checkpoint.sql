-- How far each writer has come, per month of its rows; moved in the transaction that stores the rows.
-- Locks: nothing that exists; the table is new.
-- Least privilege for a gateway: SELECT, INSERT and UPDATE on public.audit_checkpoint.

CREATE TABLE public.audit_checkpoint (
    journal_id uuid NOT NULL,
    month date NOT NULL,
    seq bigint NOT NULL,
    chain_hash bytea,
    dropped bigint NOT NULL DEFAULT 0,
    position bigint,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_checkpoint_pkey PRIMARY KEY (journal_id, month)
);
