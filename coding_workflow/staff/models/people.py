"""The person who signs in, and the rights that follow from grants."""

from collections.abc import Collection
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from accounts.clock import now

_SESSION_SALT = "coding_workflow.staff.session"


class UserQuerySet(models.QuerySet["User"]):
    """Filters named as adjectives."""

    def active(self) -> "UserQuerySet":
        """People who may sign in."""
        return self.filter(is_active=True)

    def visible_to(self, user: "User") -> "UserQuerySet":
        """People who hold, or once held, a role at one of the viewer's facilities."""
        return self.filter(role_grants__facility_id__in=user.facility_ids()).distinct()

    def holding(self, role: str, facility_id: int) -> "UserQuerySet":
        """People who may sign in and hold this role at this facility now."""
        return self.active().filter(
            role_grants__facility_id=facility_id, role_grants__role=role, role_grants__ended_at__isnull=True
        )


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Users are made by an administrator or by command; nobody signs up, nobody is deleted."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Make one person; without a password the account cannot sign in until one is set."""
        user: User = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in. Rights come from RoleGrant and Competence, never from flags on this row.

    Rights are read once per instance. A request, task or command loads its own instance, so a change holds from the
    next request on; ``forget_rights`` reads them anew.
    """

    username = models.CharField(max_length=64, unique=True, db_collation="C")
    full_name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    temporary_password_until = models.DateTimeField(null=True, blank=True, help_text="A password set by someone else ends here.")
    session_epoch = models.PositiveIntegerField(default=0, help_text="Raising it ends every session of the person.")
    totp_counter = models.BigIntegerField(default=0, help_text="Time step of the last code used; older codes are refused.")
    keys = models.JSONField(default=dict, db_default={}, blank=True, help_text="Keys of pages that the person changed.")
    single_letter_keys = models.BooleanField(default=True, help_text="Whether single letters are keys on pages (WCAG 2.1.4).")
    is_system = models.BooleanField(default=False, help_text="A program with a name of its own: works by token, never signs in.")
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        ordering = ("full_name", "pk")

    def __str__(self) -> str:
        return self.full_name or self.username

    @cached_property
    def _grants(self) -> frozenset[tuple[int, str]]:
        if not self.is_active:
            return frozenset()
        held = frozenset(self.role_grants.filter(ended_at__isnull=True).values_list("facility_id", "role"))
        limit: frozenset[tuple[int, str]] | None = getattr(self, "_limit", None)
        return held if limit is None else held & limit

    @cached_property
    def _opened(self) -> frozenset[int]:
        return frozenset(self.opened_glass.filter(expires_at__gt=now()).values_list("account_id", flat=True))

    def act_as(self, roles: Collection[str]) -> None:
        """Narrow ``facility_ids`` to where the person holds one of these roles; no roles means any role.

        A supervisor at one hospital who codes at another must not supervise at the other: pages say what they need
        (access.require_role), and every list and fetch follows.
        """
        self._acting = frozenset(roles)

    def limit_to(self, facility_id: int, roles: Collection[str]) -> None:
        """Have no more than these roles, at this facility alone, whatever the person holds besides (an API token)."""
        self._limit = frozenset((facility_id, role) for role in roles)
        self.__dict__.pop("_grants", None)

    def facility_ids(self) -> frozenset[int]:
        """Facilities where the person holds a role (one of those acted as, if a page asked for some)."""
        acting: frozenset[str] = getattr(self, "_acting", frozenset())
        return frozenset(facility for facility, role in self._grants if not acting or role in acting)

    def roles_at(self, facility_id: int) -> set[str]:
        """The person's roles at one facility; empty when there are none."""
        return {role for facility, role in self._grants if facility == facility_id}

    def has_role(self, role: str, facility_id: int | None = None) -> bool:
        """Whether the person holds the role at this facility, or anywhere when no facility is named."""
        return any(held == role and facility_id in (None, facility) for facility, held in self._grants)

    def opened_restricted_ids(self) -> frozenset[int]:
        """Restricted accounts that the person has opened with a reason, not yet expired."""
        return self._opened

    def forget_rights(self) -> None:
        """Read roles and opened accounts anew at the next question."""
        for name in ("_grants", "_opened"):
            self.__dict__.pop(name, None)

    def get_session_auth_hash(self) -> str:
        """What a session must carry: changes with the password and with ``session_epoch``, ending all sessions."""
        return self._session_hash(settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self) -> Any:
        """The same under earlier secret keys, so that rotating the key signs nobody out."""
        for key in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(key)

    def _session_hash(self, secret: str) -> str:
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac(_SESSION_SALT, value, secret=secret, algorithm="sha256").hexdigest()
