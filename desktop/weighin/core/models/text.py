"""What a model says of itself, and what is found when one looks into its file."""

from __future__ import annotations

import re

from weighin.core.format import count, parameters, size
from weighin.core.gguf.chat_template import why_no_template
from weighin.core.models.model import ModelFacts
from weighin.core.models.server import server_of
from weighin.core.safe_text import safe_name

TINY = "tiny teaching model made for this program"


def model_facts(model: ModelFacts) -> str:
    """One line: quantization · dense or experts with parameters · size · context; of a server what it is."""
    if model.is_server:
        return (
            f"on the server {safe_name(server_of(model), 80)} · its file, template and memory cannot be seen from here"
        )
    total, active = parameters(model.parameters), parameters(model.active_parameters)
    if model.is_moe:
        used = f", {model.experts_used} used" if model.experts_used else ""
        shape = f"MoE, {model.experts} experts{used} · {total} total, {active} active"
    else:
        shape = f"dense · {total} parameters"
    parts = [safe_name(model.quantization, 24), shape, size(model.file_bytes)]
    if model.context_length:
        parts.append(f"context up to {count(model.context_length)}")
    return " · ".join(parts)


def checked(verified: bool) -> str:
    """Whether a model's bytes were found to be those of the hub."""
    return "✓ verified" if verified else "not verified"


_BITS = re.compile(r"(?:BF|IQ|TQ|Q|F|MXFP|NVFP)(\d+)")
# Recipes mix neighbouring types on purpose; two bits and more apart is no mix any more.
_APART = 2


def look_lines(facts: ModelFacts, refusal: str) -> list[str]:
    """Name and shape, what else the header tells, tensor types, whether this engine reads it (`refusal`: why not)."""
    more = [f"architecture {safe_name(facts.architecture, 40)}"]
    more += [f"{facts.layers} layers"] if facts.layers else []
    more += [f"licence {safe_name(facts.license, 40)}"] if facts.license else ["no licence stated in the file"]
    has_template = facts.template and not why_no_template(facts.template)
    more += ["has a chat template" if has_template else "no chat template"]
    lines = [f"{safe_name(facts.name)}: {model_facts(facts)}", " · ".join(more)]
    if facts.tensor_types:
        lines.append(f"weights by bytes: {type_shares(facts)}{type_doubt(facts)}")
    return [*lines, safe_name(refusal, 300) if refusal else "This engine can read it."]


def type_shares(facts: ModelFacts) -> str:
    """ "Q4_K 78 %, Q6_K 15 %, F32 7 %", from the most bytes to the fewest."""
    total = sum(share.bytes for share in facts.tensor_types) or 1
    return ", ".join(f"{share.name} {_percent(share.bytes / total)} %" for share in facts.tensor_types)


def type_doubt(facts: ModelFacts) -> str:
    """A sentence where most of the weights are of quite another type than the header names; "" else."""
    stated, most = _BITS.match(facts.quantization), facts.tensor_types[0].name if facts.tensor_types else ""
    real = _BITS.match(most)
    if stated is None or real is None or abs(int(stated[1]) - int(real[1])) < _APART:
        return ""
    return f". Its header calls it {safe_name(facts.quantization, 24)}, yet most of its bytes are {most}"


def _percent(share: float) -> str:
    return "<1" if share < 0.005 else f"{100 * share:.0f}"
