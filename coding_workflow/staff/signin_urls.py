"""Sign-in: only those of django-allauth's pages that are used. Sign-up, e-mail and password mail are not mounted."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from . import saml
from .access import require_role
from .views import sign_on

signed_in = require_role()

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("password/", signed_in(sign_on.own_password), name="account_change_password"),
    path("again/", signed_in(sign_on.again), name="account_reauthenticate"),
    path("sign-on/", sign_on.start, name="sign_on"),
    path("sign-on/back/", sign_on.callback, name="sign_on_callback"),
    path("sign-on/ended/", sign_on.logged_out_there, name="sign_on_ended"),
    path("code/", mfa.authenticate, name="mfa_authenticate"),
    path("code/again/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("app/", signed_in(RedirectView.as_view(pattern_name="staff:me")), name="mfa_index"),
    path("app/connect/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("app/remove/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("app/recovery-codes/", signed_in(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("app/recovery-codes/new/", signed_in(recovery_codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
]
if saml.mounted():
    urlpatterns.append(path("", include("coding_workflow.staff.saml.urls")))
