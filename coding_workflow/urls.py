"""Every address of the application; each room brings its own."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("signin/", include("coding_workflow.staff.signin_urls")),
    path("staff/", include("coding_workflow.staff.urls")),
    path("codes/", include("coding_workflow.codesets.urls")),
    path("claims/", include("coding_workflow.payment.urls")),
    path("feeds/", include("coding_workflow.registration.urls")),
    path("api/v1/", include("worklist.api.urls")),
    path("", include("worklist.urls")),
]
