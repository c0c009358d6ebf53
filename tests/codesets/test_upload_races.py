"""A load takes minutes and holds its upload: whoever clicks meanwhile is told at once."""

import datetime

import pytest
from django.db import connection, connections, transaction

from accounts.actors import Actor
from accounts.errors import Conflict
from accounts.scope import ALL, scoped
from coding_workflow.codesets import services
from coding_workflow.codesets.models import TableUpload
from coding_workflow.staff.models import Role, RoleGrant

pytestmark = pytest.mark.usefixtures("committed_db")


def test_a_second_click_while_the_background_loads_is_refused_at_once(cast):
    RoleGrant.objects.create(user=cast.ada, facility=cast.other, role=Role.ADMINISTRATOR)
    upload = TableUpload.objects.create(
        facility=cast.main,
        system="REVENUE-CODE",
        starts=datetime.date(2026, 7, 1),
        state="loading",
        uploaded_by=cast.ada,
    )
    with transaction.atomic(using="owner"), connections["owner"].cursor() as background:
        background.execute("SELECT 1 FROM codesets_tableupload WHERE id = %s FOR UPDATE", [upload.pk])
        with scoped(ALL), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            with pytest.raises(Conflict, match="being loaded now"):
                services.ask_to_load(upload_id=upload.pk, seen=upload.seal, by=Actor.person(cast.ada.pk))
