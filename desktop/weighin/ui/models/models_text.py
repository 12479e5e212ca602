"""How models of the shelf, the hub and the catalogue are said in a few words."""

from __future__ import annotations

from collections.abc import Iterable

from weighin.core import format
from weighin.core.downloads.download import DownloadState, DownloadView, overall
from weighin.core.downloads.repository import LeftOut
from weighin.core.models.catalogue import System
from weighin.core.models.model import ModelFacts
from weighin.core.models.shelf import Condition, ShelfModel
from weighin.core.models.text import checked, model_facts, type_doubt, type_shares
from weighin.core.plans.verdict import kind_words
from weighin.core.plans.workstation import WorkstationRow
from weighin.core.safe_text import safe_name

_NAMED = 3


def kind(facts: ModelFacts | None) -> str:
    """ "dense 4.0B" or "MoE 30.5B, 3.3B active"."""
    if facts is None:
        return format.NONE
    total = format.parameters(facts.parameters)
    return f"MoE {total}, {format.parameters(facts.active_parameters)} active" if facts.is_moe else f"dense {total}"


def system_kind(system: System) -> str:
    """The same for a system of the catalogue, whose numbers may be unknown."""
    if system.total is None:
        return format.NONE if system.why_not else system.kind.replace("moe", "MoE")
    total = format.parameters(system.total)
    if system.kind == "moe" and system.active is not None:
        return f"MoE {total}, {format.parameters(system.active)} active"
    return f"dense {total}"


def condition_text(model: ShelfModel) -> str:
    """Whether its bytes are those of the hub, or what is wrong with it."""
    if model.condition is Condition.READY:
        return checked(model.verified)
    return {Condition.CHANGED: "changed", Condition.GONE: "gone", Condition.BROKEN: "broken"}[model.condition]


def runs_here(row: WorkstationRow | None) -> str:
    """ "runs", "~ runs" where that was calculated, "no"; "-" where nothing is known."""
    if row is None or row.kind is None:
        return format.NONE
    return f"{row.mark} {kind_words(row.kind)}".strip()


def download_line(view: DownloadView) -> str:
    """Where a download stands, in one line."""
    amount = f"{format.size(view.done)} of {format.size(view.plan.size)}"
    if view.state is DownloadState.QUEUED:
        return f"waits for its turn · {amount}"
    if view.state is DownloadState.PAUSED:
        return f"paused · {amount}"
    if view.state is DownloadState.FAILED:
        return f"stopped · {amount}"
    phase = {"checking": "checking what is here", "waiting": "waiting"}
    parts = [phase.get(view.phase, ""), amount]
    if len(view.plan.files) > 1 and view.part:
        here = f"{format.size(view.file_done) if view.file_done else '0'} of {format.size(view.file_total)}"
        parts.append(f"part {view.part} of {len(view.plan.files)}: {here}")
    if view.speed is not None:
        parts.append(f"{format.size(view.speed)}/s")
    if view.seconds_left is not None:
        parts.append(f"{format.seconds(view.seconds_left)} left")
    return " · ".join(part for part in parts if part)


def left_out(files: tuple[LeftOut, ...]) -> str:
    """What a repository has beside models, by reason: each reason with its files, the first few by name."""
    by_reason: dict[str, list[str]] = {}
    for file in files:
        by_reason.setdefault(file.reason, []).append(safe_name(file.path, 80))
    lines = []
    for reason, names in by_reason.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        lines.append(f"Left out: {', '.join(names[:_NAMED])}{more}: {reason}.")
    return "\n".join(lines)


def overall_line(views: Iterable[DownloadView]) -> str:
    """All downloads together, in one line."""
    all_of_them = overall(views)
    done = format.size(all_of_them.done) if all_of_them.done else "0"
    parts = [f"{format.plural(all_of_them.count, 'download')}: {done} of {format.size(all_of_them.total)}"]
    if all_of_them.speed is not None:
        parts.append(f"{format.size(all_of_them.speed)}/s")
    if all_of_them.seconds_left is not None:
        parts.append(f"{format.seconds(all_of_them.seconds_left)} left")
    return " · ".join(parts)


def details(model: ShelfModel, system: System | None = None) -> str:
    """All that is known of a model of the shelf, a line each. `system`: what the catalogue has under its repository."""
    lines = [safe_name(model.path, 400)]
    if model.problem:
        lines.insert(0, model.problem)
    if facts := model.facts:
        lines.append(model_facts(facts))
        more = [f"architecture {safe_name(facts.architecture, 40)}"]
        more += [f"{facts.layers} layers"] if facts.layers else []
        more += [f"licence {safe_name(facts.license, 60)}"] if facts.license else ["no licence stated in the file"]
        more += [f"template {facts.template_sha256[:8]}" if facts.template_sha256 else "no chat template"]
        lines.append(" · ".join(more))
        if facts.tensor_types:
            lines.append(f"weights by bytes: {type_shares(facts)}{type_doubt(facts)}")
    if model.repo:
        gate = " · the original is gated" if system is not None and system.gated else ""
        lines.append(f"hub:{model.repo}/{safe_name(model.hub_path or '', 200)}{gate}")
    if len(model.stamps) > 1:
        lines.append(f"{len(model.stamps)} parts")
    return "\n".join(lines)


def system_page(system: System) -> str:
    """Everything the catalogue says of a system, a paragraph each."""
    lines = [f"{system.name} · {system.vendor} · {system.released}", system.why]
    if system.why_not:
        lines.append(f"Cannot be run here. {system.why_not}")
    gate = " · the original is gated" if system.gated else ""
    lines.append(f"{system_kind(system)} · licence: {system.license}{gate}")
    shape = [
        f"{system.experts} experts, {system.experts_used} used" if system.experts else "",
        f"{system.layers} layers" if system.layers else "",
        f"{system.heads} heads" if system.heads else "",
        f"{system.kv_heads} heads for keys and values" if system.kv_heads else "",
        f"head size {system.head_size}" if system.head_size else "",
        f"context {format.count(system.context)}" if system.context else "",
        f"attention: {system.attention}" if system.attention else "",
        f"llama.cpp: {system.architecture}" if system.architecture else "",
        f"KV cache {system.kv_bytes // 1024} KiB for each token" if system.kv_bytes else "",
    ]
    lines.append(" · ".join(part for part in shape if part))
    for score in system.mmlu:
        shots = "" if score.shots is None else f", {score.shots}-shot"
        lines.append(f"MMLU {score.percent} % ({score.variant}{shots}), as reported by: {score.source}")
    if not system.mmlu:
        lines.append("MMLU: no published score of it was verified.")
    lines += system.notes
    lines += [f"GGUF: {s.repo}" + (f" ({s.note})" if s.note else "") for s in system.repositories]
    lines.append("Sources: " + "; ".join(system.sources))
    return "\n\n".join(line for line in lines if line)
