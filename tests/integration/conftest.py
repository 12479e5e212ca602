"""A worker for all tests of a module that need no process of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.worker_client import WorkerClient


@pytest.fixture(scope="module")
def worker() -> Iterator[WorkerClient]:
    """The real engine; each test loads what it needs."""
    with WorkerClient() as made:
        yield made
