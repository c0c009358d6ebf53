"""Valkey from a wheel."""

import socket
from pathlib import Path

import pytest
import redis

from coding_workflow.embedded.valkey import Valkey, free_port, is_free


def _client(engine: Valkey) -> "redis.Redis":
    return redis.Redis.from_url(engine.url(), socket_timeout=5)


def test_it_wants_its_password_and_never_evicts(state: Path) -> None:
    engine = Valkey(state)
    engine.start()
    try:
        assert _client(engine).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(f"redis://{engine.url().split('@')[1]}").ping()
        password = engine.url().split("@")[0].split(":")[-1]
        assert password not in Path(f"/proc/{engine.pid}/cmdline").read_text()
    finally:
        engine.stop()


def test_a_killed_broker_comes_back_at_the_same_address_with_its_queue(state: Path) -> None:
    engine = Valkey(state)
    engine.start()
    address = engine.url()
    client = _client(engine)
    client.config_set("appendfsync", "always")
    client.rpush("interactive", "row 7")
    engine.kill()
    assert not engine.answers()
    engine.start()
    assert engine.url() == address
    assert _client(engine).lrange("interactive", 0, -1) == [b"row 7"]
    engine.stop()


def test_a_port_in_use_is_seen() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not is_free(taken.getsockname()[1])
    assert is_free(free_port())
