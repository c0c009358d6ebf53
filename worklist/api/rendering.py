"""Answers are JSON and nothing else; there is no page to try requests on (three times a hole in the framework's history)."""

from rest_framework.renderers import JSONRenderer


class Json(JSONRenderer):
    """UTF-8, compact, with numbers that every reader of JSON takes."""

    strict = True


class FhirJson(Json):
    """FHIR's own type, for the operations that answer with a resource; problems stay problems."""

    media_type = "application/fhir+json"


class AnyJson(Json):
    """As ``Json``, for those who ask for problems by their own type."""

    media_type = "application/problem+json"
