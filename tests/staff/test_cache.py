"""The shared cache: JSON, times to live, and one winner among many."""

import threading

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_values_come_back_until_they_run_out() -> None:
    with time_machine.travel(1_000_000, tick=False) as traveller:
        cache.set("k", [1.5, "x"], 30)
        assert cache.get("k") == [1.5, "x"]
        assert not cache.add("k", "other", 30)
        assert cache.touch("k", 60)
        traveller.shift(59)
        assert cache.get("k") == [1.5, "x"]
        traveller.shift(2)
        assert cache.get("k", "gone") == "gone"
        assert cache.add("k", "anew", 30)
        assert cache.delete("k")
        assert not cache.delete("k")


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore:Cache key will cause errors")
def test_a_key_that_is_longer_than_the_column_is_a_key_of_its_own() -> None:
    cache.set("x" * 300, 1)
    assert cache.get("x" * 300) == 1
    assert cache.get("x" * 301) is None


@pytest.mark.django_db
def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError):
        cache.set("k", object())


def test_of_many_that_add_at_once_one_is_told_yes(committed_db: str) -> None:
    start, told = threading.Barrier(12), []

    def add() -> None:
        start.wait()
        told.append(cache.add("one", 1, 60))
        connection.close()

    threads = [threading.Thread(target=add) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False] * 11 + [True]
