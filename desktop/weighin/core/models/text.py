"""What a model says of itself, and what is found when one looks into its file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from weighin.core import format
from weighin.core.gguf.chat_template import why_no_template
from weighin.core.models.found import YOURS
from weighin.core.models.model import ModelFacts
from weighin.core.models.server import server_of
from weighin.core.models.shelf import Condition, ShelfModel
from weighin.core.models.starter import STARTER
from weighin.core.safe_text import safe_name

if TYPE_CHECKING:
    from weighin.core.models.catalogue import System

TINY = "tiny teaching model made for this program"


def model_facts(model: ModelFacts) -> str:
    """One line: quantization · dense or experts with parameters · size · context; of a server what it is."""
    if model.is_server:
        return (
            f"on the server {safe_name(server_of(model), 80)} · its file, template and memory cannot be seen from here"
        )
    parts = [safe_name(model.quantization, 24), kind(model), *experts(model), format.size(model.file_bytes)]
    if model.context_length:
        parts.append(f"context up to {format.count(model.context_length)}")
    return " · ".join(parts)


def kind(model: ModelFacts | None) -> str:
    """ "dense 4.0B" or "MoE 30.5B, 3.3B active"; "-" of a file that cannot be read."""
    return format.NONE if model is None else format.shape(model.parameters, model.active_parameters, model.is_moe)


def system_kind(system: System) -> str:
    """The same for a system of the catalogue, whose numbers may be unknown."""
    if system.total is None:
        return format.NONE if system.why_not else system.kind.replace("moe", "MoE")
    return format.shape(system.total, system.active, system.kind == "moe")


def experts(of: ModelFacts | System) -> list[str]:
    """["128 experts, 8 used"]; [] of a dense model."""
    used = f", {of.experts_used} used" if of.experts_used else ""
    return [f"{of.experts} experts{used}"] if of.experts and of.experts > 1 else []


def checked(verified: bool) -> str:
    """Whether a model's checksum was found to be the hub's."""
    return f"checksum {_CHECKSUMS[verified]}"


_CHECKSUMS = {True: "same as on the hub", False: "not checked"}
_CONDITIONS = {Condition.CHANGED: "file changed", Condition.GONE: "file missing", Condition.BROKEN: "unreadable"}
_SOURCES = {YOURS: "local file", STARTER: "included"}


def source_text(model: ShelfModel) -> str:
    """Where a model was found: the name of a program or its cache, "local file" where the user added it."""
    return _SOURCES.get(model.source, model.source)


_BITS = re.compile(r"(?:BF|IQ|TQ|Q|F|MXFP|NVFP)(\d+)")
# Recipes mix neighbouring types on purpose; two bits and more apart is no mix any more.
_APART = 2


def look_lines(facts: ModelFacts, refusal: str) -> list[str]:
    """Name and shape, what else the header tells, tensor types, whether this engine reads it (`refusal`: why not)."""
    lines = [f"{safe_name(facts.name)}: {model_facts(facts)}", *_header_lines(facts)]
    return [*lines, safe_name(refusal, 300) if refusal else "This version of llama.cpp can run it."]


def _header_lines(facts: ModelFacts) -> list[str]:
    more = [f"architecture {safe_name(facts.architecture, 40)}"]
    more += [f"{facts.layers} layers"] if facts.layers else []
    more += [f"licence {safe_name(facts.license, 60)}"] if facts.license else ["licence not stated in the file"]
    has_template = facts.template and not why_no_template(facts.template)
    more += ["chat template" if has_template else "no chat template"]
    weights = [f"weights: {type_shares(facts)}{type_doubt(facts)}"] if facts.tensor_types else []
    return [" · ".join(more), *weights]


def condition_text(model: ShelfModel) -> str:
    """Whether its checksum is the hub's, or what is wrong with it."""
    if model.condition is not Condition.READY:
        return _CONDITIONS[model.condition]
    return "included" if model.source == STARTER else _CHECKSUMS[model.verified]


def model_page(model: ShelfModel, system: System | None = None) -> str:
    """All that is known of a model of the shelf, a line each. `system`: what the catalogue has under its repository."""
    lines = [model.problem] if model.problem else []
    if facts := model.facts:
        lines += [model_facts(facts), *_header_lines(facts)]
    if model.repo:
        gate = " · the original is gated" if system is not None and system.gated else ""
        lines.append(f"hub:{model.repo}/{safe_name(model.hub_path or '', 200)}{gate}")
    if len(model.stamps) > 1:
        lines.append(f"{len(model.stamps)} parts")
    lines.append(safe_name(model.path, 400))
    return "\n".join(lines)


def system_page(system: System) -> str:
    """Everything the catalogue says of a system, a paragraph each."""
    lines = [f"{system.name} · {system.vendor} · {system.released}", system.why]
    if system.why_not:
        lines.append(f"Closed weights: cannot be run here. {system.why_not}")
    gate = " · the original is gated" if system.gated else ""
    lines.append(f"{system_kind(system)} · licence: {system.license}{gate}")
    shape = [
        *experts(system),
        f"{system.layers} layers" if system.layers else "",
        f"{system.heads} heads" if system.heads else "",
        f"{system.kv_heads} KV heads" if system.kv_heads else "",
        f"head size {system.head_size}" if system.head_size else "",
        f"context {format.count(system.context)}" if system.context else "",
        f"attention: {system.attention}" if system.attention else "",
        f"llama.cpp: {system.architecture}" if system.architecture else "",
        f"KV cache {system.kv_bytes // 1024} KiB per token" if system.kv_bytes else "",
    ]
    lines.append(" · ".join(part for part in shape if part))
    for score in system.mmlu:
        shots = "" if score.shots is None else f", {score.shots}-shot"
        lines.append(f"MMLU {score.percent} % ({score.variant}{shots}), source: {score.source}")
    if not system.mmlu:
        lines.append("MMLU: no verified published score.")
    lines += system.notes
    lines += [f"GGUF: {s.repo}" + (f" ({s.note})" if s.note else "") for s in system.repositories]
    lines.append("Sources: " + "; ".join(system.sources))
    return "\n\n".join(line for line in lines if line)


def type_shares(facts: ModelFacts) -> str:
    """ "Q4_K 78 %, Q6_K 15 %, F32 7 %", from the most bytes to the fewest."""
    total = sum(share.bytes for share in facts.tensor_types) or 1
    return ", ".join(f"{share.name} {format.percent(share.bytes / total)}" for share in facts.tensor_types)


def type_doubt(facts: ModelFacts) -> str:
    """A sentence where most of the weights are of quite another type than the header names; "" else."""
    stated, most = _BITS.match(facts.quantization), facts.tensor_types[0].name if facts.tensor_types else ""
    real = _BITS.match(most)
    if stated is None or real is None or abs(int(stated[1]) - int(real[1])) < _APART:
        return ""
    return f". The header says {safe_name(facts.quantization, 24)}, but most weights are {most}"


def shown_name(model: ModelFacts, limit: int = 120) -> str:
    """What stands where a model is named."""
    return safe_name(model.name, limit).strip() or "Model without a name"


def head_facts(model: ModelFacts) -> str:
    """What a model is at a glance: "Q4_K_M · dense 268M · 253 MB"; of a server where it is."""
    if model.is_server:
        return f"on the server {safe_name(server_of(model), 80)}"
    first = "Tiny teaching model" if model.starter else safe_name(model.quantization, 24)
    return " · ".join((first, kind(model), format.size(model.file_bytes)))


def _checksum(model: ModelFacts) -> str:
    if model.starter:
        return "Comes with Weigh-In"
    return "Same as on the hub" if model.verified else "Not checked"


def head_rows(model: ModelFacts) -> list[tuple[str, str]]:
    """Everything else that is known of a model, each with its title."""
    if model.is_server:
        return [
            ("Server", safe_name(model.path, 300)),
            ("Speed", "Timed by this client, network included."),
            ("Memory, template", "Not visible from here."),
        ]
    rows = [("Name in the file", safe_name(model.header_name, 200))] if model.header_name else []
    rows += [
        ("File", safe_name(model.path, 400)),
        ("Checksum", _checksum(model)),
        ("Quantization", safe_name(model.quantization, 24)),
        ("Parameters", ", ".join((kind(model), *experts(model)))),
        ("Architecture", safe_name(model.architecture, 40)),
    ]
    if model.context_length:
        rows.append(("Trained context", f"{format.count(model.context_length)} tokens"))
    if model.tensor_types:
        rows.append(("Weights", f"{type_shares(model)}{type_doubt(model)}"))
    rows.append(("Chat template", "yes" if model.template and not why_no_template(model.template) else "none"))
    rows.append(("Licence", safe_name(model.license, 60) if model.license else "not stated in the file"))
    return rows
