"""A person's own keys: what is a key, what conflicts, the page without scripts, and that both maps say the same."""

import re
from collections import Counter

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.errors import Refused
from coding_workflow.staff import keys, services
from coding_workflow.staff.models import User
from tests.cast import Cast
from tests.security.browser import signed_in


def standard() -> dict[str, str]:
    return {name: action.keys for name, action in keys.ACTIONS.items()}


def test_the_script_and_the_page_know_the_same_keys() -> None:
    script = (settings.BASE_DIR / "static" / "js" / "keys.js").read_text()
    block = script.split("const STANDARD = [")[1].split("];")[0]
    entry = re.compile(r'{ keys: "([^"]+)", does: "([^"]+)",(?: name: "([^"]+)",)? words: "([^"]+)" }')
    found = [(name or does, pressed, words) for pressed, does, name, words in entry.findall(block)]
    assert len(found) == block.count("{ keys:")
    assert sorted(found) == sorted((action.name, action.keys, action.words) for action in keys.ACTIONS.values())


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("x", "x"),
        (" g   x ", "g x"),
        ("ctrl + M", "Ctrl+m"),
        ("Ctrl+enter", "Ctrl+Enter"),
        ("f8", "F8"),
        ("", ""),
        ("é", "é"),
        ("X", "X"),
        ("Ctrl+.", "Ctrl+."),
    ],
)
def test_what_is_typed_becomes_a_key(typed: str, kept: str) -> None:
    assert keys.read(typed) == kept
    assert keys.read(keys.said(kept)) == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("gx", "Type one key"),
        ("g x y", "Type one key"),
        ("Ctrl+w", "need Ctrl+W themselves"),
        ("Ctrl+q", "need Ctrl+Q themselves"),
        ("Ctrl+ab", "After Ctrl"),
        ("F5", "keeps F5 for itself"),
        ("F13", "keeps F13"),
        ("\0", "Type one key"),
        ("Alt+x", "Type one key"),
    ],
)
def test_what_is_no_key_says_why(typed: str, words: str) -> None:
    with pytest.raises(keys.NoKey, match=re.escape(words)):
        keys.read(typed)


def test_the_standard_map_conflicts_with_nothing() -> None:
    assert keys.conflicts(standard()) == {}
    shared = Counter(action.keys for action in keys.ACTIONS.values())
    assert {key for key, number in shared.items() if number > 1} == {"/"}  # whatever the page can find


@pytest.mark.parametrize(
    ("changes", "at", "words"),
    [
        ({"hold": "d"}, {"hold"}, "d is also the key of “Add a diagnosis”"),
        ({"hold": "g"}, {"hold"}, "g alone would act before g"),
        ({"hold": "d x"}, {"hold"}, "d alone would act before d x"),
        ({"hold": "x", "query": "x"}, {"hold", "query"}, "x is also the key of"),
        ({"hold": "Ctrl+k"}, {"hold"}, "Ctrl+K is also the key of"),
        ({"find": "x", "find-account": "x"}, {"find", "find-account"}, "x is also"),
    ],
)
def test_a_key_that_means_two_things_is_refused(changes: dict[str, str], at: set[str], words: str) -> None:
    found = keys.conflicts(standard() | changes)
    assert set(found) == at
    assert all(words in sentence for sentence in found.values())


@pytest.mark.parametrize("changes", [{"hold": ""}, {"hold": "q", "query": "h"}, {"hold": "", "query": ""}, {"go-feeds": "g d"}])
def test_off_and_swapped_keys_conflict_with_nothing(changes: dict[str, str]) -> None:
    assert keys.conflicts(standard() | changes) == {}


def test_only_what_differs_is_kept_and_unknown_actions_are_not(cast: Cast) -> None:
    services.keep_keys(person=cast.ana, chosen=standard() | {"hold": "x", "take": "", "no-such": "y"})
    assert User.objects.get(pk=cast.ana.pk).keys == {"hold": "x", "take": ""}
    assert User.objects.get(pk=cast.ben.pk).keys == {}


@pytest.mark.parametrize(("changes", "code"), [({"hold": "d"}, "keys.conflict"), ({"hold": "dd"}, "keys.none")])
def test_the_service_refuses_as_well(cast: Cast, changes: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        services.keep_keys(person=cast.ana, chosen=standard() | changes)
    assert (refusal.value.code, refusal.value.fix) == (code, "hold")
    assert User.objects.get(pk=cast.ana.pk).keys == {}


# ---------------------------------------------------------------- the page

PAGE = "staff:my_keys"


def test_keys_are_changed_by_a_form_and_shown_beside_buttons(cast: Cast) -> None:
    ana = signed_in(cast.ana)
    assert ">Get next <kbd>n</kbd></button>" in ana.get("/").content.decode()
    assert ana.post(reverse(PAGE), standard() | {"get-next": "x", "palette": "ctrl + m"}).status_code == 302
    shown = ana.get("/").content.decode()
    assert ">Get next <kbd>x</kbd></button>" in shown and "Go to <kbd>Ctrl+M</kbd>" in shown
    assert "data-keys=" in shown and "&quot;get-next&quot;: &quot;x&quot;" in shown
    page = ana.get(reverse(PAGE)).content.decode()
    assert 'name="get-next" value="x"' in page and 'name="palette" value="Ctrl+M"' in page
    # Nobody else's keys change.
    assert "data-keys" not in signed_in(cast.ben).get("/").content.decode()


def test_what_conflicts_stays_typed_with_a_sentence_at_its_field(cast: Cast) -> None:
    refused = signed_in(cast.ana).post(reverse(PAGE), standard() | {"hold": "d", "query": "Ctrl+W", "take": "y"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Not kept: 2 keys cannot be as typed" in page
    assert 'id="error-hold">d is also the key of “Add a diagnosis”' in page
    assert 'name="query" value="Ctrl+W"' in page and 'name="take" value="y"' in page
    assert User.objects.get(pk=cast.ana.pk).keys == {}


def test_a_key_that_is_off_is_shown_nowhere_and_standard_comes_back(cast: Cast) -> None:
    ana = signed_in(cast.ana)
    ana.post(reverse(PAGE), standard() | {"get-next": ""})
    assert "Get next </button>" in ana.get("/").content.decode()
    assert ana.post(reverse(PAGE), {"do": "standard"}).status_code == 302
    assert User.objects.get(pk=cast.ana.pk).keys == {}
    assert ">Get next <kbd>n</kbd></button>" in ana.get("/").content.decode()


def test_no_key_of_a_letter_is_shown_to_who_switched_them_off(cast: Cast) -> None:
    services.choose_keys(person=cast.ana, single_letters=False)
    shown = signed_in(cast.ana).get("/").content.decode()
    assert "Get next </button>" in shown and "Go to <kbd>Ctrl+K</kbd>" in shown


def test_a_form_that_says_little_changes_little(cast: Cast) -> None:
    ana = signed_in(cast.ana)
    assert ana.post(reverse(PAGE), {"hold": "x", "nonsense": "y"}).status_code == 302
    assert User.objects.get(pk=cast.ana.pk).keys == {"hold": "x"}
