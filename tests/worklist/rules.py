"""Rules of administrators for the pages' tests, and what the editor's form sends."""

import html
import re
from typing import Any

from django.test import Client

from accounts.models import Facility
from coding_workflow.guidelines.lab.definition import Definition, Group
from coding_workflow.guidelines.lab.testing import tests_to_json
from coding_workflow.guidelines.lab.writing import definition_to_json, text_hash
from coding_workflow.guidelines.models import AdminRule, RuleVersion
from coding_workflow.release.models import Backtest
from tests.cast import SEPTEMBER, Cast
from tests.guidelines.lab.rules import definition
from tests.guidelines.rule_cast import proofs


def blank(title: str) -> Definition:
    """A rule that asks nothing yet."""
    return Definition(title=title, condition=3, when=Group("all", ()), message="", reference="")


def _version(cast: Cast, facility: Facility) -> RuleVersion:
    """A draft at any facility; the service would refuse Ada another one than hers."""
    rule = AdminRule.objects.create(facility=facility, key=f"walk{AdminRule.objects.count()}", created_by=cast.ada)
    text = definition_to_json(definition())
    return RuleVersion.objects.create(
        rule=rule, number=1, title="Walked", definition=text, hash=text_hash(text), tests=tests_to_json(proofs()),
        written_by=cast.ada, written_at=f"{SEPTEMBER}T12:00:00Z", reason="Walked",
    )  # fmt: skip


def rule_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A rule with a draft: answers the arguments of ``reverse``."""
    return {"pk": _version(cast, facility).rule_id}


def version_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A draft: answers the arguments of ``reverse``."""
    return {"pk": _version(cast, facility).pk}


def backtest_at(cast: Cast, facility: Facility, rule: str = "lab.walked") -> dict[str, Any]:
    """A backtest that runs: answers the arguments of ``reverse``."""
    day = SEPTEMBER
    made = Backtest.objects.create(
        facility=facility, rule=rule, candidate=definition_to_json(definition()), starts=day, ends=day.replace(day=30),
        asked_by=cast.ada, accounts=2,
    )  # fmt: skip
    return {"pk": made.pk}


class Form:
    """The editor's form as a browser without scripts holds it: read from the page, filled, sent by a button."""

    def __init__(self, client: Client, url: str) -> None:
        self.client, self.url = client, url
        self.status, self.page, self.values = 0, "", {}
        self._read(client.get(url))

    def _read(self, response: Any) -> None:
        self.response, self.status, self.page = response, response.status_code, response.content.decode()
        self.values = _values(self.page) if self.status != 302 else {}

    def press(self, do: str, **typed: Any) -> "Form":
        """Fill fields (``when_0_about`` is ``when-0:about``) and press a button that the page has."""
        if f'value="{do}"' not in self.page:
            raise AssertionError(f"there is no button {do}")
        for name, value in typed.items():
            self.values[_name(name)] = value if isinstance(value, list) else [value]
        self._read(self.client.post(self.url, {**self.values, "do": do}))
        return self


def _name(name: str) -> str:
    head, _, part = name.rpartition("__")
    return f"{head.replace('_', '-')}:{part}" if head else name


def _values(page: str) -> dict[str, list[str]]:
    """What a browser would send of the form on the page."""
    form = page.partition('id="rule-form"')[2].partition("</form>")[0]
    values: dict[str, list[str]] = {}
    for kind, tag, inner in re.findall(
        r"<(input|textarea|select)\b([^>]*)>(?:(.*?)</(?:textarea|select)>)?", _closed(form), re.S
    ):
        name = re.search(r'name="([^"]+)"', tag)
        if name and name.group(1) not in {"do", "csrfmiddlewaretoken"}:
            values.setdefault(name.group(1), []).extend(_sent(kind, tag, inner))
    return {name: found for name, found in values.items() if found}


def _closed(form: str) -> str:
    """Inputs have no end, so nothing after them is theirs."""
    return re.sub(r"(<input\b[^>]*>)", r"\1</textarea>", form)


def _sent(kind: str, tag: str, inner: str) -> list[str]:
    if kind == "select":
        options = re.findall(r'<option value="([^"]*)"( selected)?', inner)
        chosen = [value for value, selected in options if selected] or [options[0][0]]
        return [html.unescape(chosen[0])]
    if kind == "textarea":
        return [html.unescape(inner)]
    if 'type="checkbox"' in tag and " checked" not in tag:
        return []
    found = re.search(r'value="([^"]*)"', tag)
    return [html.unescape(found.group(1)) if found else ""]
