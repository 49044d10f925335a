-- Makes the partitions of audit_log for this month and the next ones, and returns the names of those it made.
-- Locks, for each partition that is missing and only then: ACCESS EXCLUSIVE on audit_log_default (rows of that month
-- move out of it) and SHARE UPDATE EXCLUSIVE on audit_log. It waits at most half a second for them and then fails
-- with 55P03, so that a long report never queues the writers behind it: call it again later.
-- Least privilege: SECURITY DEFINER, so that a gateway needs EXECUTE on it and no right to create tables.

CREATE OR REPLACE FUNCTION public.ensure_audit_partitions(months_ahead integer DEFAULT 3)
RETURNS SETOF text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '500ms'
AS $function$
DECLARE
    this_month CONSTANT timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    starts timestamptz;
    ends timestamptz;
    partition_name text;
BEGIN
    IF months_ahead IS NULL OR months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION 'months_ahead is %; it must lie between 0 and 120', months_ahead
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- Replicas call this at the same time; whoever comes second leaves the work to the first.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('public.ensure_audit_partitions', 0)) THEN
        RETURN;
    END IF;

    FOR ahead IN 0..months_ahead LOOP
        starts := (this_month + make_interval(months => ahead)) AT TIME ZONE 'UTC';
        ends := (this_month + make_interval(months => ahead + 1)) AT TIME ZONE 'UTC';
        partition_name := 'audit_log_' || to_char(this_month + make_interval(months => ahead), 'YYYY_MM');
        CONTINUE WHEN to_regclass(format('public.%I', partition_name)) IS NOT NULL;

        -- Locked before its rows are looked at: a row that arrived in between would make ATTACH fail.
        LOCK TABLE public.audit_log_default IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE public.%I (LIKE public.audit_log INCLUDING ALL)', partition_name);
        EXECUTE format(
            'WITH moved AS (DELETE FROM public.audit_log_default'
            ' WHERE "timestamp" >= %L AND "timestamp" < %L RETURNING *)'
            ' INSERT INTO public.%I SELECT * FROM moved',
            starts, ends, partition_name);
        EXECUTE format(
            'ALTER TABLE public.audit_log ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            partition_name, starts, ends);
        RETURN NEXT partition_name;
    END LOOP;
END
$function$;

REVOKE ALL ON FUNCTION public.ensure_audit_partitions(integer) FROM PUBLIC;
