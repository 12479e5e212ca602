"""What a person calls a repository at the hub or something in it: an address from the hub's page, or a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from weighin.core.downloads.hub_names import check_path, check_repository, is_commit
from weighin.core.downloads.repository import Listing, Variant
from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name

HUB_HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")
_MARK, _HF = "hub:", "hf://"
_WEB = ("https://", "http://")
# Pages of a repository that show a version, or a file or folder at one.
_AT_A_VERSION = ("tree", "blob", "resolve", "raw", "blame", "commits", "commit", "edit", "delete")
_MODELS = (("api", "models"), ("models",))
_OTHER_PAGES = ("discussions", "settings", "community")
_NO_MODELS = {"datasets": "a data set", "spaces": "a space", "collections": "a collection", "papers": "a paper"}
_QUANTIZATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_NEWEST = ("main", "HEAD")
# What Ollama calls the file it would take by itself.
_ANY = "latest"


@dataclass(frozen=True)
class HubAddress:
    """A repository, and what of it is meant. revision: a branch, tag or commit, "" for the newest version. path: a file
    or a folder, "" for none. quantization: as behind a colon ("Q4_K_M"), or the name of a file, "" for none."""

    repo: str
    path: str = ""
    revision: str = ""
    quantization: str = ""

    def __str__(self) -> str:
        return f"{_MARK}{self.name}"

    @property
    def name(self) -> str:
        """OWNER/REPO, with :QUANTIZATION and /PATH where they are stated."""
        quantization, path = f":{self.quantization}" * bool(self.quantization), f"/{self.path}" * bool(self.path)
        return f"{self.repo}{quantization}{path}"


def is_hub_address(text: str, mirror: str = "") -> bool:
    """Whether `text` can be nothing but an address at the hub: "hub:", "hf://", or a host of the hub or of `mirror`
    (the address of another hub, "" for none)."""
    shown = _trimmed(text)
    return shown.lower().startswith((_MARK, _HF)) or _web_path(shown, mirror) is not None


def read_address(text: str, mirror: str = "") -> HubAddress:
    """From OWNER/REPO, OWNER/REPO/PATH or OWNER/REPO:QUANTIZATION, with "hub:" or "hf://" before it or not, or from any
    address of a repository's pages at the hub or at `mirror`. Raises AppError of kind "name"."""
    shown = _trimmed(text)
    web = _web_path(shown, mirror)
    if web is not None:
        parts = [unquote(part) for part in web.path.split("/") if part]
        return _of_parts(shown, parts, web=True, asked=parse_qs(web.query).get("show_file_info", [""])[0])
    if shown.lower().startswith(_WEB):
        host = safe_name(shown.split("/")[2].rpartition("@")[2], 80)
        text = f"{host} is not the hub: that is huggingface.co, or what HF_ENDPOINT names."
        raise AppError(text, kind="name")
    bare = shown.partition("?")[0]
    for prefix in (_MARK, _HF):
        if bare.lower().startswith(prefix):
            bare = bare[len(prefix) :].lstrip("/")
    return _of_parts(shown, bare.removesuffix("/").split("/"), web=False)


def narrowed(listing: Listing, address: HubAddress) -> Listing:
    """`listing` with what `address` means of it only. Raises AppError where it has no such thing."""
    variants: Iterable[Variant] = listing.variants
    if address.path:
        below = tuple(v for v in variants if all(f.path.startswith(f"{address.path}/") for f in v.files))
        variants = below or (listing.variant_of(address.path),)
    if wanted := address.quantization.upper():
        variants = [v for v in variants if _is_called(v, wanted)]
        if not variants:
            known = ", ".join(dict.fromkeys(v.quantization for v in listing.variants if v.quantization)) or "none"
            text = f"{listing.repo} has no {safe_name(address.quantization, 60)}; it has: {safe_name(known, 200)}."
            raise AppError(text, kind="not_found")
    return replace(listing, variants=tuple(variants))


def the_one(listing: Listing, address: HubAddress) -> Variant | None:
    """The one model that `address` names; None where it leaves that open. Raises AppError where it has no such thing,
    or a quantization is that of several."""
    found = narrowed(listing, address).variants
    if len(found) == 1 and (address.path or address.quantization):
        return found[0]
    if len(found) > 1 and address.quantization:
        names = ", ".join(safe_name(v.files[0].path, 80) for v in found[:3])
        raise AppError(
            f"{listing.repo} has {address.quantization} more than once; name the file: {names}.", kind="name"
        )
    return None


def _is_called(variant: Variant, wanted: str) -> bool:
    names = {variant.quantization, variant.quantization.removeprefix("UD-")}
    names |= {file.path.rsplit("/", 1)[-1].upper() for file in variant.files}
    return wanted in names


def _trimmed(text: str) -> str:
    return text.strip().removeprefix("<").removesuffix(">").strip()


def _web_path(text: str, mirror: str) -> SplitResult | None:
    """The address `text` with its path below the hub's own; None where it is none of the hub or of `mirror`."""
    lower = text.lower()
    if lower.startswith((_MARK, _HF)):
        return None
    try:
        parts = urlsplit(text if lower.startswith(_WEB) else f"https://{text}")
        host, of_mirror = _host(parts), urlsplit(mirror)
        if host in HUB_HOSTS:
            return parts
        below = of_mirror.path.rstrip("/")
        if mirror and host == _host(of_mirror) and f"{parts.path}/".startswith(f"{below}/"):
            return parts._replace(path=parts.path[len(below) :])
    except ValueError:  # no address at all
        pass
    return None


def _host(parts: SplitResult) -> str:
    """Name and port, the latter where it is not the usual one. Raises ValueError."""
    usual = parts.port in (None, 443 if parts.scheme == "https" else 80)
    return (parts.hostname or "") if usual else f"{parts.hostname}:{parts.port}"


def _of_parts(shown: str, parts: list[str], web: bool, asked: str = "") -> HubAddress:
    """The address whose path is `parts`. `asked`: a file that the page shows beside its list."""
    for prefix in _MODELS:
        parts = parts[len(prefix) :] if tuple(parts[: len(prefix)]) == prefix else parts
    if parts and parts[0] in _NO_MODELS:
        raise AppError(f"{safe_name(shown)!r} is {_NO_MODELS[parts[0]]} on the hub, not a model.", kind="name")
    if len(parts) < 2:
        text = f"{safe_name(shown)!r} is not a repository: write OWNER/NAME, or OWNER/NAME/PATH.gguf for a file."
        raise AppError(text, kind="name")
    name, _, quantization = parts[1].partition(":")
    name, _, revision = name.partition("@")
    if quantization and not _QUANTIZATION.fullmatch(quantization):
        raise AppError(f"{safe_name(quantization)!r} is not a quantization: write OWNER/NAME:Q4_K_M.", kind="name")
    repo = check_repository(f"{parts[0]}/{name.removesuffix('.git')}")
    rest = parts[2:]
    if web and rest and rest[0] in _OTHER_PAGES:
        rest = []
    elif len(rest) > 1 and rest[0] in _AT_A_VERSION and (web or rest[1] in _NEWEST or is_commit(rest[1])):
        length = 3 if rest[1] == "refs" and len(rest) > 3 else 1
        revision, rest = "/".join(rest[1 : 1 + length]), rest[1 + length :]
    elif web and rest and rest[0] in _AT_A_VERSION:
        rest = []
    path = "/".join(rest) or asked
    return HubAddress(
        repo,
        check_path(path) if path else "",
        "" if revision in _NEWEST else revision,
        "" if quantization.lower() == _ANY else quantization,
    )
