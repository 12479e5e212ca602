"""Models, repositories and listings in JSON and on the terminal."""

from __future__ import annotations

from typing import Any

from weighin.core import format
from weighin.core.downloads.repository import Listing, Repository, Variant
from weighin.core.models.catalogue import System
from weighin.core.models.model import ModelFacts
from weighin.core.models.server import server_of
from weighin.core.models.shelf import ShelfModel
from weighin.core.models.text import condition_text, model_facts, source_text
from weighin.core.safe_text import safe_name


def model_json(model: ModelFacts) -> dict[str, Any]:
    """MODEL_FACTS of the contract; of a model on a server only its name and address are known."""
    known = _file_facts(model)
    if model.is_server:
        known = dict.fromkeys(known)
    return {"name": model.name, "path": model.path, "server": server_of(model) or None, **known}


def _file_facts(model: ModelFacts) -> dict[str, Any]:
    return {
        "file_bytes": model.file_bytes,
        "sha256": model.sha256,
        "verified": "hub" if model.verified else "none",
        "architecture": model.architecture,
        "quantization": model.quantization,
        "parameters": model.parameters,
        "active_parameters": model.active_parameters,
        "experts": model.experts,
        "experts_used": model.experts_used,
        "layers": model.layers,
        "context_length": model.context_length,
        "vocabulary": model.vocabulary,
        "template_sha256": model.template_sha256,
        "license": model.license,
        "tensor_types": {share.name: share.bytes for share in model.tensor_types} or None,
    }


def shelf_model_json(model: ShelfModel) -> dict[str, Any]:
    """One model of the shelf."""
    return {
        "name": model.name,
        "path": model.path,
        "source": model.source,
        "file_bytes": model.size,
        "files": len(model.stamps),
        "condition": model.condition.value,
        "problem": model.problem or None,
        "verified": "hub" if model.verified else "none",
        "downloaded": model.downloaded,
        "repo": model.repo,
        "commit": model.commit,
        "hub_path": model.hub_path,
        "sha256": list(model.digests) or None,
        "model": model_json(model.facts) if model.facts else None,
    }


def shelf_line(model: ShelfModel) -> str:
    """One model of the shelf, for the terminal."""
    mark = condition_text(model) + (f": {model.problem}" if model.problem else "")
    facts = model_facts(model.facts) if model.facts else format.size(model.size)
    name = safe_name(model.name, 60) or "(no name)"
    checksum = f"checksum {mark}" if model.is_intact else mark
    return f"{name}\n   {facts}\n   {checksum} · {source_text(model)} · {safe_name(model.path, 300)}"


def _kind(found: Repository, system: System | None) -> str | None:
    """ "dense" or "moe": what the catalogue says, else what the name of the architecture does; None where neither."""
    if system is not None:
        return system.kind
    return "moe" if "moe" in (found.architecture or "").lower() else None


def repository_json(found: Repository, system: System | None = None) -> dict[str, Any]:
    """One answer of a search; `system`: what the catalogue knows of it."""
    return {
        "repo": found.repo,
        "downloads": found.downloads,
        "likes": found.likes,
        "gated": found.gated or None,
        "license": found.license,
        "architecture": found.architecture,
        "parameters": found.parameters,
        "kind": _kind(found, system),
        "active_parameters": system.active if system else None,
        "context_length": found.context_length,
    }


def repository_kind(found: Repository, system: System | None) -> str:
    """ "MoE 30.5B, 3.3B active"; the hub tells the number of weights only, what else is known is of `system`."""
    kind, total = _kind(found, system), found.parameters or (system.total if system else None)
    if total is None:
        return {"moe": "MoE", "dense": "dense"}.get(kind or "", format.NONE)
    active = system.active if system else None
    return format.parameters(total) if kind is None else format.shape(total, active, kind == "moe")


def repository_line(found: Repository, system: System | None = None) -> str:
    """One answer of a search, for the terminal; `system`: what the catalogue knows of it."""
    parts = [kind] if (kind := repository_kind(found, system)) != format.NONE else []
    parts += [safe_name(found.architecture, 30)] if found.architecture else []
    parts += [safe_name(found.license, 30)] if found.license else []
    parts += ["gated"] if found.gated else []
    parts += [f"{format.count(found.downloads)} downloads"] if found.downloads is not None else []
    return f"{found.repo}  {' · '.join(parts)}"


def listing_json(listing: Listing, recommended: Variant | None) -> dict[str, Any]:
    """The models of a repository."""
    return {
        "repo": listing.repo,
        "commit": listing.commit,
        "gated": listing.gated or None,
        "license": listing.license,
        "recommended": recommended.files[0].path if recommended else None,
        "models": [_variant_json(variant) for variant in listing.variants],
        "left_out": [{"path": entry.path, "reason": entry.reason} for entry in listing.left_out],
    }


def listing_lines(listing: Listing, recommended: Variant | None) -> list[str]:
    """The models of a repository, for the terminal."""
    lines = [f"{listing.repo} at {listing.commit[:8]}" + (" · gated: accept its licence first" * bool(listing.gated))]
    for variant in listing.variants:
        parts = f", {len(variant.files)} parts" if len(variant.files) > 1 else ""
        notes = "  <- recommended" if variant == recommended else ""
        notes += f"  ! {variant.problem}" if variant.problem else ""
        label = variant.quantization or "-"
        path = safe_name(variant.files[0].path, 200)
        lines.append(f"   {label:12} {format.size(variant.size):>9}{parts}  {path}{notes}")
    lines += [f"   not offered: {safe_name(e.path, 120)}: {e.reason}" for e in listing.left_out]
    return lines


def _variant_json(variant: Variant) -> dict[str, Any]:
    return {
        "name": variant.name,
        "quantization": variant.quantization or None,
        "file_bytes": variant.size,
        "problem": variant.problem or None,
        "files": [{"path": f.path, "size": f.size, "sha256": f.sha256} for f in variant.files],
    }
