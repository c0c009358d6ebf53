"""The application's addresses with those of a sign-on by SAML, which are there only where one is configured."""

from django.urls import include, path

from coding_workflow.urls import urlpatterns as usual

urlpatterns = [path("signin/", include("coding_workflow.staff.saml.urls")), *usual]
