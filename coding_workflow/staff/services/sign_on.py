"""People who come from the hospital's sign-on: known, connected or admitted by policy; and their roles by its groups."""

import structlog
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.staff.models import Role, RoleGrant, User
from coding_workflow.staff.sign_on import OIDC, SAML
from coding_workflow.staff.sign_on.claims import Admission, Newcomer, governed, roles_of
from coding_workflow.staff.sign_on.configured import admission, kind

from .people import USER_NAME
from .rights import locked, note
from .roles import end_role, grant_role

log = structlog.get_logger(__name__)


@transaction.atomic
def receive(newcomer: Newcomer) -> User:
    """The person behind a verified token or assertion, with roles brought in line with their groups.

    Known is whose subject is connected. Else a claim may say the user name (``match``) and connects the person, once; else
    whoever's groups give a role is added (``admit``). Raises NotAllowed ``sign_on.not_known`` or ``sign_on.disabled``.
    """
    rules = admission()
    person = _connected(newcomer.subject) or _matched(newcomer) or _admitted(newcomer, rules)
    if person is None:
        raise NotAllowed("sign_on.not_known", "You are not known here. Ask an administrator of your facility to add you.")
    if not person.is_active:
        raise NotAllowed("sign_on.disabled", "Your access here was taken away. Ask an administrator of your facility.")
    _align_roles(person, newcomer, rules)
    return person


@transaction.atomic
def connect(*, by: User | None, person: User, subject: str) -> None:
    """Let a subject of the sign-on be this person. Raises Conflict when either is connected already, Refused without one."""
    if not subject.strip():
        raise Refused("sign_on.subject", "Give the subject that the sign-on has for the person.")
    locked(person)
    taken = SocialAccount.objects.filter(provider=kind())
    if taken.filter(user_id=person.pk).exists() or taken.filter(uid=subject.strip()).exists():
        raise Conflict("sign_on.connected", "The person or the subject is connected already: disconnect first.")
    SocialAccount.objects.create(provider=kind(), uid=subject.strip(), user=person, extra_data={})
    note(by=by, person=person, kind="sign_on.linked")


@transaction.atomic
def disconnect(*, by: User | None, person: User) -> bool:
    """Undo it, at any sign-on there was, and end the person's sessions; False when nothing was connected."""
    row = locked(person)
    if not SocialAccount.objects.filter(provider__in=(OIDC, SAML), user_id=row.pk).delete()[0]:
        return False
    row.session_epoch += 1
    row.save(update_fields=["session_epoch"])
    note(by=by, person=row, kind="sign_on.unlinked")
    return True


@transaction.atomic
def end_sessions_of_subject(subject: str) -> User | None:
    """End every session of the person behind a subject, as the sign-on asks; None for a subject that nobody is."""
    person = _connected(subject)
    if person is None:
        return None
    row = locked(person)
    row.session_epoch += 1
    row.save(update_fields=["session_epoch"])
    note(by=None, person=row, kind="sessions.ended")
    return row


def _connected(subject: str) -> User | None:
    found = SocialAccount.objects.filter(provider=kind(), uid=subject).select_related("user").first()
    person: User | None = found.user if found else None
    return person


def _matched(newcomer: Newcomer) -> User | None:
    if not newcomer.matched:
        return None
    person: User | None = User.objects.filter(username=newcomer.matched).first()
    # Somebody who is connected to another subject is not handed over to whoever has the name there now.
    if person is None or SocialAccount.objects.filter(provider=kind(), user_id=person.pk).exists():
        return None
    connect(by=None, person=person, subject=newcomer.subject)
    return person


def _admitted(newcomer: Newcomer, rules: Admission | None) -> User | None:
    if rules is None or not rules.admit or not roles_of(newcomer.groups, rules.roles):
        return None
    if not USER_NAME.fullmatch(newcomer.username) or User.objects.filter(username=newcomer.username).exists():
        return None
    person: User = User.objects.create_user(
        newcomer.username, None, full_name=newcomer.full_name or newcomer.username, email=newcomer.email
    )
    note(by=None, person=person, kind="person.created")
    connect(by=None, person=person, subject=newcomer.subject)
    return person


def _align_roles(person: User, newcomer: Newcomer, rules: Admission | None) -> None:
    """Roles that policy lets follow the groups: those missing are granted, those without a group end."""
    mapping = rules.roles if rules else {}
    if not mapping:
        return
    wanted, all_of_them = roles_of(newcomer.groups, mapping), governed(mapping)
    held = RoleGrant.objects.filter(user=person, ended_at__isnull=True).select_related("facility", "user")
    has = {(grant.facility.code, grant.role): grant for grant in held}
    facilities = {facility.code: facility for facility in Facility.objects.filter(code__in={code for code, _ in all_of_them})}
    for code, role in sorted(wanted - set(has)):
        if code in facilities and role in Role.values:
            grant_role(by=None, person=person, facility=facilities[code], role=role)
    for pair in sorted((set(has) & all_of_them) - wanted):
        _end(has[pair])


def _end(grant: RoleGrant) -> None:
    try:
        end_role(by=None, grant=grant)
    except NotAllowed as kept:
        # The last administrator of a facility stays one: somebody must be able to let another in.
        log.warning("sign_on.role_kept", grant=grant.pk, why=kept.code)
