"""weighin plan: what one or two models need of this computer and how fast they will be, before they are here."""

from __future__ import annotations

import argparse
from dataclasses import replace

from weighin.cli.console import Console
from weighin.cli.loop import InterruptedByUserError, wait_for
from weighin.cli.models import resolve
from weighin.cli.models_get import GONE
from weighin.cli.options import load_options, threads
from weighin.core.computer.machine import active_bytes, threads_per_lane
from weighin.core.downloads.hub_address import is_hub_address, narrowed, read_address, the_one
from weighin.core.downloads.repository import Listing, Variant
from weighin.core.errors import AppError
from weighin.core.models.catalogue import Catalogue, load_catalogue
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import PairVerdict, SpeedForecast
from weighin.core.plans.recommendation import kinds_of, usual_anywhere, usual_variant
from weighin.core.plans.report import PlannedModel, plan_json, plan_lines
from weighin.core.plans.verdict import Budget, pair_verdict, refused, verdict
from weighin.core.runs.options import LoadOptions
from weighin.core.safe_text import safe_name
from weighin.paths import resources
from weighin.services.machine.hardware import physical_cores, probe
from weighin.services.machine.this_computer import memory_budget, with_gpus
from weighin.services.plans.planner import ModelPlan
from weighin.wiring.services import Services

_MOST_LANES = 64


def run_plan(options: argparse.Namespace, services: Services, console: Console) -> int:
    """Plan, forecast, judge and print; the exit status of the contract."""
    if len(options.models) > 2:
        raise AppError("Plan one model or a pair, not more.", kind="usage")
    if not 1 <= options.lanes <= _MOST_LANES:
        raise AppError(f"--lanes takes a number from 1 to {_MOST_LANES}.", kind="usage")
    load = load_options(options)
    command = _PlanCommand(services, load, threads(options), options.lanes, console)
    try:
        return command.run(options.models, not options.no_slice, options.json)
    except InterruptedByUserError:
        return 130
    finally:
        console.end_progress()


class _PlanCommand:
    """One run of the command."""

    def __init__(
        self,
        services: Services,
        load: LoadOptions,
        wanted: int | None,
        lanes: int,
        console: Console,
    ) -> None:
        self._models, self._profile = services.models, services.profile
        self._load, self._wanted, self._lanes, self._console = load, wanted, lanes, console
        self._services, self._bandwidth, self._ledger = services, services.bandwidth, services.ledger
        self._forecaster = services.new_forecaster(wanted)

    def run(self, names: list[str], slices: bool, as_json: bool) -> int:
        wait_for(lambda done, _: self._ledger.restore(lambda: done(None)))
        plans = [self._plan(name) for name in names]
        bandwidth = wait_for(lambda done, _: self._bandwidth.need(lambda found: done((found,))))[0]
        forecasts = [self._forecast(plan, slices) for plan in plans]
        hardware = probe(self._profile.hub_cache)
        by_engine = [plan.gpu_free_bytes for plan in plans if plan.gpu_free_bytes is not None]
        budget = with_gpus(memory_budget(), hardware.gpus, max(by_engine, default=None))
        models = tuple(self._judged(plan, forecast, budget) for plan, forecast in zip(plans, forecasts, strict=True))
        pair = self._pair(plans, budget)
        if as_json:
            self._console.json(plan_json(hardware, bandwidth, models, pair, self._load, self._lanes))
        else:
            self._console.result("\n".join(plan_lines(models, pair)))
        return 0

    def _threads_of(self, model: ModelFacts) -> int:
        return threads_per_lane(physical_cores(), 1, model, self._wanted)

    def _plan(self, name: str) -> ModelPlan:
        self._console.progress(f"planning {safe_name(name, 80)}")
        try:
            model = resolve(name, self._services)
        except AppError as error:
            if error.kind != "missing":
                raise
            return self._plan_remote(name, error)
        plan = wait_for(lambda done, failed: self._models.planner.plan(model, self._load, done, failed))
        assert isinstance(plan, ModelPlan)
        return plan

    def _plan_remote(self, name: str, missing: AppError) -> ModelPlan:
        """A model that is not here, from its header at the hub. Raises `missing` where `name` is none of the hub's."""
        catalogue = load_catalogue(resources())
        system = catalogue.system(name)
        if is_hub_address(name, self._models.access.endpoint):
            address = read_address(name, self._models.access.endpoint)
            listing = self._listing((address.repo,), address.revision or None)
            variant = the_one(listing, address) or _usual(narrowed(listing, address), "", catalogue)
        elif system is not None and system.repositories:
            listing = self._listing(tuple(source.repo for source in system.repositories))
            variant = _usual(listing, system.repositories[0].quantization, catalogue)
        else:
            raise missing
        look = self._models.inspector.look
        plan = wait_for(lambda done, failed: look(listing, variant, done, failed, self._load))
        assert isinstance(plan, ModelPlan)
        return plan

    def _listing(self, repositories: tuple[str, ...], revision: str | None = None) -> Listing:
        """Of the first repository that is there."""
        first, *others = repositories
        try:
            found = wait_for(lambda done, failed: self._models.hub.listing(first, done, failed, revision))
        except AppError as error:
            if others and error.kind in GONE:
                return self._listing(tuple(others))
            raise
        assert isinstance(found, Listing)
        return found

    def _forecast(self, plan: ModelPlan, slices: bool) -> SpeedForecast | None:
        model = plan.model
        if plan.refusal:
            return None
        if slices and self._ledger.earlier_runs(model, self._load, self._threads_of(model)) is None:
            self._console.progress(f"timing a slice of {safe_name(model.name, 60)}")
            stand_in = self._models.inspector.stand_in(model)
            try:
                found: SpeedForecast = wait_for(
                    lambda done, failed: self._forecaster.forecast(model, self._load, done, failed, stand_in)
                )
                return found
            except AppError as error:
                self._console.say(f"{safe_name(model.name)}: {error.user_text}")
        return self._forecaster.known(model, self._load)

    def _judged(self, plan: ModelPlan, forecast: SpeedForecast | None, budget: Budget | None) -> PlannedModel:
        context = self._context(plan.model)
        line = plan.line.for_lanes(self._lanes)
        if plan.refusal:
            found = refused(plan.refusal)
        else:
            found = verdict(line, context, budget, plan.model.context_length, active_bytes(plan.model))
            load = replace(self._load, context=context)
            self._ledger.promise(plan.model, load, plan.line.at(context), forecast, self._threads_of(plan.model))
        return PlannedModel(plan.model, line.at(context), found, forecast, plan.refusal)

    def _pair(self, plans: list[ModelPlan], budget: Budget | None) -> PairVerdict | None:
        if len(plans) != 2 or budget is None or any(plan.refusal for plan in plans):
            return None
        one, other = plans
        context = min(self._context(one.model), self._context(other.model))
        trained = (one.model.context_length, other.model.context_length)
        lines = (one.line.for_lanes(self._lanes), other.line.for_lanes(self._lanes))
        return pair_verdict(lines, context, budget, trained, one.model.path == other.model.path)

    def _context(self, model: ModelFacts) -> int:
        return min(self._load.context, model.context_length or self._load.context)


def _usual(listing: Listing, quantization: str, catalogue: Catalogue) -> Variant:
    """What is taken here; where nothing fits, what is taken anywhere: a plan says why it does not."""
    try:
        return usual_variant(listing, quantization, kinds_of(listing, catalogue, memory_budget()))
    except AppError:
        if (found := usual_anywhere(listing.variants)) is None:
            raise
        return found
