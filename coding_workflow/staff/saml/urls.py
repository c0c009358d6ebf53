"""The addresses of a sign-on by SAML, under the names that django-allauth looks for; mounted only where there is one."""

from django.urls import URLPattern, re_path

from . import views

_HERE = r"^sign-on/(?P<organization_slug>saml)/"

urlpatterns: list[URLPattern] = [
    re_path(f"{_HERE}back/$", views.answer, name="saml_acs"),
    re_path(f"{_HERE}back/finish/$", views.finish, name="saml_finish_acs"),
    re_path(f"{_HERE}ended/$", views.logged_out_there, name="saml_sls"),
    re_path(f"{_HERE}metadata/$", views.metadata, name="saml_metadata"),
]
