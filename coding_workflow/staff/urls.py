"""Addresses of people, oneself, and restricted accounts."""

from django.urls import URLPattern, path

from .views import own, own_keys, people, person, tokens

app_name = "staff"
urlpatterns: list[URLPattern] = [
    path("people/", people.people, name="people"),
    path("people/add/", people.add_person, name="add_person"),
    path("people/<int:pk>/", person.person, name="person"),
    path("people/<int:pk>/roles/", person.grant_role, name="grant_role"),
    path("people/<int:pk>/competence/", person.record_competence, name="record_competence"),
    path("people/<int:pk>/password/", person.reset_password, name="reset_password"),
    path("people/<int:pk>/second-factor/", person.reset_totp, name="reset_totp"),
    path("people/<int:pk>/sessions/", person.end_sessions, name="end_sessions"),
    path("people/<int:pk>/disable/", person.disable, name="disable"),
    path("people/<int:pk>/enable/", person.enable, name="enable"),
    path("roles/<int:pk>/end/", person.end_role, name="end_role"),
    path("competence/<int:pk>/end/", person.end_competence, name="end_competence"),
    path("me/", own.me, name="me"),
    path("me/sessions/", own.end_my_sessions, name="end_my_sessions"),
    path("me/keys/", own.keys, name="keys"),
    path("me/keys/own/", own_keys.my_keys, name="my_keys"),
    path("me/still-here/", own.still_here, name="still_here"),
    path("me/tokens/", tokens.mine, name="my_tokens"),
    path("tokens/", tokens.every, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="revoke_token"),
    path("systems/add/", tokens.add_system, name="add_system"),
    path("systems/<int:pk>/", tokens.system, name="system"),
    path("restricted/<int:pk>/", own.restricted, name="restricted"),
    path("openings/", own.openings, name="openings"),
]
