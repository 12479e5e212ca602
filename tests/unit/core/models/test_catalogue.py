import dataclasses
import re

import pytest

from weighin.core.errors import AppError
from weighin.core.models.catalogue import Catalogue, Pair, load_catalogue
from weighin.paths import resources

CATALOGUE = load_catalogue(resources())

# Every system and claim the source documents name.
NAMES = """
qwen3.6-27b qwen3.6-35b-a3b qwen3.5-397b-a17b qwen2.5-7b llama-3.1-405b llama-3.1-8b mistral-7b-v0.1
mistral-7b-v0.2 mistral-7b-v0.3 llama-2-7b llama-2-13b llama-2-34b llama-2-70b llama-1-33b llama-1-65b
codellama-7b qwen1.5-moe-a2.7b granite-13b gpt-3 gpt-3.5-turbo gpt-4 claude-4.6 chinchilla-70b qwen3-0.6b
qwen3-1.7b qwen3-4b qwen3-4b-2507 qwen3-8b qwen3-14b qwen3-30b-a3b qwen3.5-0.8b qwen3.5-2b qwen3.5-4b
qwen3.5-9b qwen3.5-27b qwen3.5-35b-a3b gpt-oss-20b gemma-3-1b gemma-3-4b gemma-4-e2b gemma-4-e4b
gemma-4-26b-a4b granite-4.0-h-tiny granite-4.1-3b olmoe-1b-7b lfm2.5-1.2b lfm2-2.6b lfm2.5-8b-a1b smollm2-1.7b
smollm3-3b llama-3.2-1b llama-3.2-3b phi-4-mini ministral-3-3b ministral-3-8b qwen2.5-32b qwen2.5-72b llama-3.1-70b
codellama-34b gopher-280b
"""
SYSTEMS = NAMES.split()
# What a page must say of a system that can be run, and the word its note uses where that could not be verified.
FIELDS = {
    "total": "total",
    "active": "active",
    "layers": "layers",
    "heads": "query heads",
    "kv_heads": "KV heads",
    "head_size": "head size",
    "context": "context",
    "attention": "attention",
    "architecture": "architecture",
    "kv_bytes": "KV cache",
    "repositories": "GGUF repository",
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_has_its_page(name: str) -> None:
    system = CATALOGUE.system(name)
    assert system is not None
    assert system.why.endswith((".", "."))
    assert system.sources
    assert system.compare_with
    assert system.runnable == (not system.why_not)


@pytest.mark.parametrize("name", [name for name in SYSTEMS if CATALOGUE.system(name).runnable])
def test_every_fact_is_there_or_said_to_be_not_verified(name: str) -> None:
    system = CATALOGUE.system(name)
    doubts = " ".join(note for note in system.notes if note.startswith("Not verified:"))
    missing = [field for field, word in FIELDS.items() if not getattr(system, field) and word not in doubts]
    assert missing == []
    assert system.vendor and system.license
    assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", system.released)
    assert (system.kind == "moe") == bool(system.experts and system.experts_used)
    assert all(score.source for score in system.mmlu)


def test_nothing_stands_in_the_catalogue_that_is_not_asked_for_here() -> None:
    assert {system.id for system in CATALOGUE.systems} == set(SYSTEMS)


def test_totals_follow_from_shapes_where_they_were_counted() -> None:
    """Embeddings, attention and a gated feed-forward of the widths in the hub's config.json."""
    for name, hidden, width, vocabulary in (
        ("llama-3.1-70b", 8192, 28672, 128256),
        ("qwen2.5-72b", 8192, 29568, 152064),
        ("codellama-34b", 8192, 22016, 32000),
        ("llama-3.1-8b", 4096, 14336, 128256),
    ):
        system = CATALOGUE.system(name)
        keys = system.kv_heads * system.head_size
        layer = 2 * hidden * system.heads * system.head_size + 2 * hidden * keys + 3 * hidden * width
        assert system.layers * layer + 2 * vocabulary * hidden == pytest.approx(system.total, rel=0.003)


def test_what_nobody_can_run_says_so() -> None:
    closed = {s.id for s in CATALOGUE.systems if not s.runnable}
    assert closed >= {"gpt-3", "gpt-3.5-turbo", "claude-4.6", "granite-13b", "llama-2-34b", "chinchilla-70b", "gpt-4"}
    assert all(not s.repositories for s in CATALOGUE.systems if not s.runnable)


def test_the_numbers_that_were_got_wrong_are_right() -> None:
    llama, moe = CATALOGUE.system("llama-3.1-405b"), CATALOGUE.system("qwen3.5-397b-a17b")
    assert llama and (llama.kind, llama.total, llama.layers, llama.gated) == ("dense", 405 * 10**9, 126, "manual")
    assert {(s.percent, s.shots) for s in llama.mmlu} == {(85.2, 5), (87.3, 5), (88.6, 0)}
    assert moe and (moe.kind, moe.total, moe.active, moe.experts) == ("moe", 397 * 10**9, 17 * 10**9, 512)
    qwen = CATALOGUE.system("Qwen2.5-7B")
    assert qwen and qwen.mmlu[0].percent == 74.2
    lean = CATALOGUE.system("qwen1.5-moe-a2.7b")
    assert lean and (lean.total, lean.active) == (14_300_000_000, 2_700_000_000)


# What the fact sheets say, once more: total, active, layers, heads, KV heads, head size, context, KV KiB for a token.
PINNED = {
    "qwen3.6-27b": (27.8, 27.8, 64, 24, 4, 256, 262_144, 64),
    "qwen3.6-35b-a3b": (35, 3, 40, 16, 2, 256, 262_144, 20),
    "qwen3.5-397b-a17b": (397, 17, 60, 32, 2, 256, 262_144, 30),
    "qwen2.5-7b": (7.61, 7.61, 28, 28, 4, 128, 131_072, 56),
    "llama-3.1-405b": (405, 405, 126, 128, 8, 128, 131_072, 504),
    "llama-3.1-8b": (8.03, 8.03, 32, 32, 8, 128, 131_072, 128),
    "mistral-7b-v0.1": (7.24, 7.24, 32, 32, 8, 128, 8192, 128),
    "mistral-7b-v0.3": (7.25, 7.25, 32, 32, 8, 128, 32_768, 128),
    "llama-2-7b": (6.74, 6.74, 32, 32, 32, 128, 4096, 512),
    "llama-2-13b": (13.0, 13.0, 40, 40, 40, 128, 4096, 800),
    "llama-2-70b": (69.0, 69.0, 80, 64, 8, 128, 4096, 320),
    "llama-1-33b": (32.5, 32.5, 60, 52, 52, 128, 2048, 1560),
    "llama-1-65b": (65.2, 65.2, 80, 64, 64, 128, 2048, 2560),
    "codellama-7b": (6.74, 6.74, 32, 32, 32, 128, 16_384, 512),
    "qwen1.5-moe-a2.7b": (14.3, 2.7, 24, 16, 16, 128, 32_768, 192),
}
RELEASED = {
    "qwen3.6-27b": "2026-04-22",
    "qwen3.6-35b-a3b": "2026-04-16",
    "qwen3.5-397b-a17b": "2026-02-16",
    "llama-3.1-405b": "2024-07-23",
    "mistral-7b-v0.1": "2023-09-27",
    "llama-2-7b": "2023-07-18",
    "llama-1-65b": "2023-02-24",
    "codellama-7b": "2023-08-24",
    "qwen1.5-moe-a2.7b": "2024-03-28",
}
MMLU = {
    "gpt-3": 43.9, "llama-2-7b": 45.3, "llama-2-13b": 54.8, "llama-2-34b": 62.6, "llama-2-70b": 68.9,
    "llama-1-33b": 57.8, "llama-1-65b": 63.4, "mistral-7b-v0.1": 59.99, "qwen1.5-moe-a2.7b": 62.5,
    "gpt-3.5-turbo": 70.0, "gpt-4": 86.4, "qwen2.5-7b": 74.2, "qwen2.5-32b": 83.3, "qwen2.5-72b": 86.1,
    "llama-3.1-405b": 85.2, "chinchilla-70b": 67.5, "gopher-280b": 60.0, "granite-13b": 57.0,
}  # fmt: skip


@pytest.mark.parametrize("name", PINNED)
def test_the_numbers_are_those_of_the_fact_sheets(name: str) -> None:
    s = CATALOGUE.system(name)
    total, active, *shape, cache = PINNED[name]
    assert (s.total, s.active) == (round(total * 1e9), round(active * 1e9))
    assert [s.layers, s.heads, s.kv_heads, s.head_size, s.context] == shape
    assert s.kv_bytes == cache * 1024
    assert s.released == RELEASED.get(name, s.released)


@pytest.mark.parametrize("name", MMLU)
def test_scores_are_those_that_were_reported(name: str) -> None:
    assert CATALOGUE.system(name).mmlu[0].percent == MMLU[name]


def test_what_was_not_verified_says_so() -> None:
    for name in ("ministral-3-3b", "ministral-3-8b"):
        assert "not verified" in CATALOGUE.system(name).license
    notes = {source.repo: source.note for s in CATALOGUE.systems for source in s.repositories}
    for repo in (
        "mradermacher/Qwen2.5-72B-Instruct-GGUF",
        "bartowski/Meta-Llama-3.1-70B-Instruct-GGUF",
        "TheBloke/Mistral-7B-Instruct-v0.1-GGUF",
        "TheBloke/Llama-2-70B-Chat-GGUF",
    ):
        assert "not verified" in notes[repo]
    assert not any("first above" in s.why for s in CATALOGUE.systems)


def test_what_no_workstation_holds_is_refused_with_the_arithmetic() -> None:
    assert [entry.system for entry in CATALOGUE.refused] == ["llama-3.1-405b", "qwen3.5-397b-a17b", "llama-1-65b"]
    assert all(" GB" in entry.arithmetic for entry in CATALOGUE.refused)


def test_a_pair_of_one_system_is_one_of_two_quantizations() -> None:
    for pair in CATALOGUE.pairs:
        if pair.a == pair.b:
            system = CATALOGUE.system(pair.a)
            assert pair.a_quantization != pair.b_quantization
            firsts = [system.at(q).repositories[0] for q in (pair.a_quantization, pair.b_quantization)]
            assert [f.quantization for f in firsts] == [pair.a_quantization, pair.b_quantization]


def test_claims_have_a_verdict_a_fact_and_a_source() -> None:
    assert len(CATALOGUE.claims) == 23
    assert all(claim.fact and claim.source for claim in CATALOGUE.claims)
    assert sum(claim.verdict == "false" for claim in CATALOGUE.claims) >= 5


def test_the_cache_of_a_token_follows_from_the_shape() -> None:
    for system in CATALOGUE.systems:
        if system.kv_bytes and system.attention == "full" and system.layers:
            assert system.kv_heads and system.head_size
            assert system.kv_bytes == 2 * system.layers * system.kv_heads * system.head_size * 2, system.id


def test_pairs_can_be_run() -> None:
    assert {pair.memory_gb for pair in CATALOGUE.pairs} == {8, 16, 32, 64}
    for pair in CATALOGUE.pairs:
        for name in (pair.a, pair.b):
            system = CATALOGUE.system(name)
            assert system and system.repositories


@pytest.mark.parametrize(
    "harm",
    [
        {"pairs": (Pair(8, "nothing", "qwen3-4b", "x"),)},
        {"systems": CATALOGUE.systems * 2},
        {"claims": (dataclasses.replace(CATALOGUE.claims[0], verdict="perhaps"),)},
        {
            "systems": (dataclasses.replace(CATALOGUE.systems[0], kind="sparse", compare_with=()),),
            "claims": (),
            "pairs": (),
        },
    ],
)
def test_a_contradiction_is_found(harm: dict) -> None:
    with pytest.raises(ValueError):
        dataclasses.replace(CATALOGUE, **harm)


def test_a_damaged_file_is_a_sentence(tmp_path) -> None:
    with pytest.raises(AppError) as error:
        load_catalogue(tmp_path)
    assert error.value.kind == "catalogue"


def test_repositories_lead_to_their_system() -> None:
    found = CATALOGUE.system_of("Qwen/Qwen3-4B-GGUF")
    assert isinstance(CATALOGUE, Catalogue)
    assert found and found.id == "qwen3-4b"
