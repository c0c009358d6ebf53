"""A set of queues takes two people who write the facility's queues; only what was in force before the first change has no author."""

from django.db import migrations

BY_TWO = """
CREATE FUNCTION public.worklist_queue_set_by_two() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    newest integer;
BEGIN
    SELECT coalesce(max(number), 0) INTO newest FROM public.worklist_queuesetversion WHERE facility_id = NEW.facility_id;
    IF NEW.number <> newest + 1 THEN
        RAISE EXCEPTION 'the next set of queues of this facility is number %', newest + 1 USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.number = 1 AND NEW.written_by_id IS NULL AND NEW.published_by_id IS NULL THEN
        RETURN NEW;
    END IF;
    IF (SELECT count(DISTINCT g.user_id) FROM public.staff_rolegrant g JOIN public.staff_user u ON u.id = g.user_id
         WHERE g.user_id IN (NEW.written_by_id, NEW.published_by_id) AND g.facility_id = NEW.facility_id
           AND g.role IN ('supervisor', 'administrator') AND g.ended_at IS NULL AND u.is_active) < 2 THEN
        RAISE EXCEPTION 'a set of queues takes two people who write the queues of this facility'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER worklist_queuesetversion_by_two BEFORE INSERT ON worklist_queuesetversion
    FOR EACH ROW EXECUTE FUNCTION public.worklist_queue_set_by_two();
"""
BY_TWO_BACK = """
DROP TRIGGER worklist_queuesetversion_by_two ON worklist_queuesetversion;
DROP FUNCTION public.worklist_queue_set_by_two();
"""


class Migration(migrations.Migration):
    dependencies = [("worklist", "0017_query_mail"), ("staff", "0002_roles_competence_records")]

    operations = [migrations.RunSQL(BY_TWO, BY_TWO_BACK)]
