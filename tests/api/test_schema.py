"""The schema: valid, without a warning, true to the addresses, for who is signed in; and the page that reads it."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests.api.operations import TABLE
from tests.api.sending import Program, as_program, problem
from tests.cast import Cast
from tests.security.browser import signed_in
from worklist.api import reference
from worklist.api.schema_view import schema


def test_the_schema_is_valid_and_nothing_in_it_had_to_be_guessed() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


def test_it_describes_every_operation_that_there_is_and_every_problem() -> None:
    described = {(path, method.upper()) for path, methods in schema()["paths"].items() for method in methods}
    operations = [method for name, address in TABLE.items() if name != "api:schema" for method in address.roles]
    assert len(described) == len(operations)
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            problems = {"400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "429", "500", "503"}
            assert problems <= set(operation["responses"]), (path, method)
            matched = "If-Match" in {each["name"] for each in operation["parameters"]} if "parameters" in operation else False
            assert matched == ({"412", "428"} <= set(operation["responses"]))


def test_bodies_take_no_field_that_is_not_described() -> None:
    bodies = {name: shape for name, shape in schema()["components"]["schemas"].items() if name.endswith("In")}
    assert len(bodies) > 15
    assert all(shape["additionalProperties"] is False for shape in bodies.values())


@pytest.mark.django_db
def test_it_is_for_who_is_signed_in(cast: Cast) -> None:
    assert problem(Program().get("schema/")) == (401, "signed_out")
    assert as_program(cast.ana, cast.main).get("schema/").json()["openapi"].startswith("3.")


def test_the_page_tells_every_operation_with_an_example(cast: Cast) -> None:
    page = signed_in(cast.ana).get(reverse("worklist:api_reference")).content.decode()
    for group in reference.groups(schema()):
        for operation in group.operations:
            assert f'id="{operation.id}"' in page
            assert operation.example.startswith(f"curl -X {operation.method} https://")
    assert "<script>" not in page
