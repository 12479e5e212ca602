"""Speed tests in the database: one for each model, options, engine, threads and computer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from weighin.core.comparisons.blind import contender
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.computer.hardware import MachineFacts
from weighin.core.jsonable import from_plain, to_plain
from weighin.store.comparisons import translated
from weighin.store.profile_database import SPEED_TESTS, ProfileDatabase


class SpeedTestStore:
    """Every call is one transaction; raises AppError. Tests this version cannot read are told and made again."""

    def __init__(self, database: ProfileDatabase) -> None:
        self._db = database

    def add_known(self, comparison: Comparison, machine: MachineFacts | None) -> Comparison:
        """The comparison with the tests that are kept of its models, as they ran, on `machine`."""
        keys = [_key(result, comparison, machine) for result in comparison.results]
        query = f"select key, record from speed_tests where key in ({', '.join('?' * len(keys))})"
        with translated():
            rows = self._db.execute(query, keys).fetchall()
        tests = dict(self._db.readable(SPEED_TESTS, rows, _test, lambda row: row[0]))
        results = tuple(
            replace(result, speed_test=result.speed_test or tests.get(key))
            for key, result in zip(keys, comparison.results, strict=True)
        )
        return replace(comparison, results=results)

    def keep(self, comparison: Comparison, machine: MachineFacts | None) -> None:
        """Keep the tests of a comparison; a newer one replaces an older."""
        with translated(), self._db.conn:
            for result in comparison.results:
                if result.speed_test is not None:
                    self._db.execute(
                        "insert into speed_tests (key, created, record) values (?, ?, ?) "
                        "on conflict (key) do update set created = excluded.created, record = excluded.record",
                        [
                            _key(result, comparison, machine),
                            result.speed_test.created,
                            json.dumps(to_plain(result.speed_test)),
                        ],
                    )


def _test(row: tuple[str, str]) -> tuple[str, SpeedTest]:
    return row[0], from_plain(SpeedTest, json.loads(row[1]))


# Options that older tests did not know, as they always were then: the keys of those tests stay.
_LATER = (("v_type", ""), ("flash_attn", "auto"))


def _key(result: LaneResult, comparison: Comparison, machine: MachineFacts | None) -> str:
    """What a speed depends on."""
    engine, setup = comparison.engine, result.setup
    said = {
        "model": contender(setup.model).key,
        "load": {name: value for name, value in to_plain(setup.load).items() if (name, value) not in _LATER},
        "threads": result.answer.timing.threads,
        "engine": [engine.build, engine.features, list(engine.devices)] if engine else None,
        "machine": [machine.processor, machine.physical_cores, list(machine.gpus)] if machine else None,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
