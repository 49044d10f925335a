-- Drops the partitions of audit_log whose last month ended at least retention_days ago, and returns their names. Rows
-- of such months that are in audit_log_default for want of a partition are deleted there. The current month never goes.
-- Checkpoints stay: by them a verification tells months that were dropped from rows that were removed.
-- Locks: ACCESS EXCLUSIVE on audit_log, for the moment of a drop and only if there is one. It waits at most half a
-- second for it and then fails with 55P03, so that a long report never queues the writers behind it: call it again later.
-- Least privilege: SECURITY DEFINER. Whoever may execute it can drop what is older than a week, and nothing else; grant
-- it to a gateway that does the retention, or to nobody and call it from a scheduled job.

CREATE OR REPLACE FUNCTION public.drop_audit_partitions(retention_days integer)
RETURNS SETOF text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '500ms'
SET timezone = 'UTC'
SET datestyle = 'ISO'
AS $function$
DECLARE
    keep_from timestamptz;
    old_partition record;
    deleted bigint;
BEGIN
    IF retention_days IS NULL OR retention_days NOT BETWEEN 7 AND 36500 THEN
        RAISE EXCEPTION 'retention_days is %; it must lie between 7 and 36500', retention_days
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- The same lock as ensure_audit_partitions: replicas leave the work to the first, and the two never cross.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('public.ensure_audit_partitions', 0)) THEN
        RETURN;
    END IF;

    -- Whole months only, also where partitions are of another size.
    keep_from := date_trunc('month', now() - make_interval(days => retention_days));

    -- By their bounds, not their names. Those without an upper bound, and the default, have none to compare. The cast
    -- stands in the loop: in the query it could meet the bounds of somebody else's partitions.
    FOR old_partition IN
        SELECT
            child.relname AS name,
            substring(pg_get_expr(child.relpartbound, child.oid) FROM $re$ TO \('([^']+)'\)$$re$) AS ends
        FROM pg_inherits
        JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent = 'public.audit_log'::regclass
            AND child.relnamespace = 'public'::regnamespace
        ORDER BY child.relname
    LOOP
        CONTINUE WHEN old_partition.ends IS NULL OR old_partition.ends::timestamptz > keep_from;
        EXECUTE format('DROP TABLE public.%I', old_partition.name);
        RETURN NEXT old_partition.name;
    END LOOP;

    DELETE FROM public.audit_log_default WHERE "timestamp" < keep_from;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF deleted > 0 THEN
        RETURN NEXT format('audit_log_default (%s rows)', deleted);
    END IF;
END
$function$;

REVOKE ALL ON FUNCTION public.drop_audit_partitions(integer) FROM PUBLIC;
