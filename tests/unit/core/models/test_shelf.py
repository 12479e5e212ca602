"""The shelf: folders laid out as other programs lay them out."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from tests.support.gguf_files import make_header

from weighin.core.errors import AppError
from weighin.core.gguf import reader
from weighin.core.jsonable import from_plain, to_plain
from weighin.core.models import found
from weighin.core.models.found import GPT4ALL, HUB_CACHE, LLAMA_CPP, LM_STUDIO, OLLAMA, Place, usual_places
from weighin.core.models.names import find_on_shelf
from weighin.core.models.shelf import Condition, ShelfModel, Stamp, again, has_changed, verified
from weighin.core.models.shelf_scan import scan

SHA = "c0ffee" * 10 + "abcd"


@pytest.fixture
def home(tmp_path: Path, tiny: Path) -> Path:
    """A home with one model in each program's folder."""
    home = tmp_path / "home"
    hub = home / ".cache/huggingface/hub/models--o--repo-GGUF"
    place(tiny, hub / "blobs" / SHA)
    (hub / "snapshots/abc/sub").mkdir(parents=True)
    (hub / "snapshots/abc/sub/m-Q8_0.gguf").symlink_to(f"../../../blobs/{SHA}")
    place(tiny, home / ".lmstudio/models/owner/some-GGUF/lm-Q4_K_M.gguf")
    make_header(home / ".lmstudio/models/owner/some-GGUF/mmproj-lm.gguf", "clip", {"general.type": "mmproj"})
    place(tiny, home / ".ollama/models/blobs" / f"sha256-{SHA}")
    manifest(home, "registry.ollama.ai/library/qwen/7b", f"sha256:{SHA}")
    manifest(home, "registry.ollama.ai/evil/x/latest", "sha256:../../../../etc/passwd")
    place(tiny, home / ".cache/llama.cpp/ggml_tiny.gguf")
    place(tiny, home / ".local/share/nomic.ai/GPT4All/g.gguf")
    return home


def place(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
    return target


def manifest(home: Path, name: str, digest: str) -> None:
    path = home / ".ollama/models/manifests" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    layers = [
        {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:" + "0" * 64},
        {"mediaType": "application/vnd.ollama.image.model", "digest": digest},
    ]
    path.write_text(json.dumps({"schemaVersion": 2, "layers": layers}))


def places(home: Path) -> tuple[Place, ...]:
    return usual_places(home / ".cache/huggingface/hub", home, {})


def look_again(home: Path, known: tuple[ShelfModel, ...] = (), added: tuple[str, ...] = ()) -> tuple[ShelfModel, ...]:
    return scan(known, places(home), added)


def test_every_programs_models_are_found_in_place(home: Path) -> None:
    models = look_again(home)
    assert [m.source for m in models] == [HUB_CACHE, LM_STUDIO, OLLAMA, LLAMA_CPP, GPT4ALL]
    by_source = {m.source: m for m in models}
    hub = by_source[HUB_CACHE]
    assert (hub.repo, hub.commit, hub.hub_path, hub.digests) == ("o/repo-GGUF", "abc", "sub/m-Q8_0.gguf", (SHA,))
    assert by_source[LM_STUDIO].repo == "owner/some-GGUF"
    assert by_source[OLLAMA].name == "qwen:7b"
    assert all(m.facts and m.facts.path == m.path and not m.verified and m.is_intact for m in models)


def test_a_model_called_like_a_side_file_is_one_all_the_same(home: Path, tiny: Path) -> None:
    """Found by what their headers say: many quantizations have "imatrix" in their names."""
    folder = home / ".lmstudio/models/owner/other-GGUF"
    place(tiny, folder / "m-imatrix-Q4_K_M.gguf")
    make_header(folder / "m.imatrix.gguf", "imatrix", {"general.type": "imatrix"})
    (folder / "mmproj-half.gguf").write_bytes(tiny.read_bytes()[:1000])
    make_header(folder / "style.gguf", "llama", {"general.type": "adapter", "adapter.type": "lora"})
    found = {Path(m.path).name: m for m in look_again(home) if Path(m.path).parent == folder}
    assert set(found) == {"m-imatrix-Q4_K_M.gguf", "style.gguf"}
    assert found["m-imatrix-Q4_K_M.gguf"].is_intact
    assert found["style.gguf"].problem == "This is an adapter (LoRA) for another model, not a model."
    with pytest.raises(AppError, match=r"an adapter \(LoRA\) for another model"):
        found["style.gguf"].ready_facts()


def test_nothing_is_read_again_when_nothing_changed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = look_again(home)
    monkeypatch.setattr(
        "weighin.core.models.shelf.model_facts", lambda *_, **__: pytest.fail("a header was read again")
    )
    assert look_again(home, models) == models


def test_a_changed_shrunk_or_vanished_file_is_marked(home: Path) -> None:
    """Fault 17."""
    path = home / ".cache/llama.cpp/ggml_tiny.gguf"
    models = look_again(home)
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size - 100)
    (shrunk,) = (m for m in look_again(home, models) if m.path == str(path))
    assert shrunk.condition is Condition.CHANGED
    assert "100 bytes smaller" in shrunk.problem
    assert "incomplete" in shrunk.problem or "ends" in shrunk.problem
    with pytest.raises(AppError, match="changed on disk"):
        shrunk.ready_facts()
    path.unlink()
    after = look_again(home, models)
    (gone,) = (m for m in after if m.path == str(path))
    assert gone.condition is Condition.GONE
    with pytest.raises(AppError, match="is missing"):
        gone.ready_facts()
    assert len(after) == len(models)


def test_one_model_is_looked_at_again_as_a_scan_would(home: Path) -> None:
    models = {m.source: m for m in look_again(home)}
    assert all(again(model) == model and not has_changed(model) for model in models.values())
    shrunk, gone = models[OLLAMA], models[LM_STUDIO]
    os.truncate(shrunk.path, 4096)
    Path(gone.path).unlink()
    assert (has_changed(shrunk), has_changed(gone)) == (True, False)
    now = again(shrunk)
    assert (now.condition, now.name, now.facts) == (Condition.CHANGED, "qwen:7b", shrunk.facts)
    assert again(gone).condition is Condition.GONE


def test_an_altered_file_is_not_run_blindly(home: Path) -> None:
    """Fault 18."""
    path = home / ".lmstudio/models/owner/some-GGUF/lm-Q4_K_M.gguf"
    models = look_again(home)
    checked = tuple(verified(m, (SHA,), m.stamps) if m.path == str(path) else m for m in models)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    (changed,) = (m for m in look_again(home, checked) if m.path == str(path))
    assert (changed.condition, changed.verified) == (Condition.CHANGED, False)
    with pytest.raises(AppError, match="changed on disk"):
        changed.ready_facts()
    assert next(m for m in look_again(home, (changed,)) if m.path == str(path)).condition is Condition.CHANGED


def test_a_file_that_is_no_model_says_what_it_is(home: Path, tmp_path: Path) -> None:
    """Fault 11."""
    own = tmp_path / "own"
    own.mkdir()
    for name, content in {
        "page.gguf": b"<!DOCTYPE html><html>",
        "pointer.gguf": b"version https://git-lfs.github.com/spec/v1\n",
        "zip.gguf": b"PK\x03\x04xxxx",
        "empty.gguf": b"",
    }.items():
        (own / name).write_bytes(content)
    found = {Path(m.path).stem: m for m in look_again(home, added=(str(own),)) if m.source == "yours"}
    assert "web page" in found["page"].problem
    assert "LFS pointer" in found["pointer"].problem
    assert "zip" in found["zip"].problem
    assert "empty" in found["empty"].problem
    assert all(m.condition is Condition.BROKEN and m.facts is None for m in found.values())


def test_a_split_model_is_one_entry_even_with_a_part_missing(tmp_path: Path, tiny: Path) -> None:
    folder = tmp_path / "split"
    for number in (2, 3):
        place(tiny, folder / f"m-{number:05d}-of-00003.gguf")
    (only,) = scan((), (), (str(folder),))
    assert only.condition is Condition.BROKEN
    assert "Only 2 of 3 parts" in only.problem


@pytest.mark.parametrize(
    "part", ["00001-of-00000", "00000-of-00000", "00000-of-00002", "00009-of-00002", "00001-of-99999"]
)
def test_a_name_that_cannot_be_a_parts_is_refused_and_the_others_stay(tmp_path: Path, tiny: Path, part: str) -> None:
    place(tiny, tmp_path / f"m-{part}.gguf")
    place(tiny, tmp_path / "good.gguf")
    for number in (1, 2):
        place(tiny, tmp_path / f"m-{number:05d}-of-00002.gguf")
    found = {Path(m.path).name: m for m in scan((), (), (str(tmp_path),))}
    assert found.keys() == {f"m-{part}.gguf", "m-00001-of-00002.gguf", "good.gguf"}
    assert found["good.gguf"].is_intact
    number, count = (int(n) for n in part.split("-of-"))
    said = f"The file name says part {number} of {count:,}: no such part exists.".replace(",", "\u202f")
    assert found[f"m-{part}.gguf"].problem == said


def test_digits_of_other_scripts_number_no_parts(tmp_path: Path, tiny: Path) -> None:
    path = place(tiny, tmp_path / "m-\u0660\u0660\u0660\u0660\u0661-of-\u0660\u0660\u0660\u0660\u0662.gguf")
    assert scan((), (), (str(path),))[0].is_intact


def test_a_model_in_one_part_may_end_in_capitals(tmp_path: Path, tiny: Path) -> None:
    assert scan((), (), (str(place(tiny, tmp_path / "m-00001-of-00001.GGUF")),))[0].is_intact


@pytest.mark.parametrize(
    "error", [IndexError("x"), OverflowError("x"), RecursionError("x"), MemoryError(), TypeError()]
)
def test_no_file_ends_a_scan_whatever_it_brings_about(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    for name in ("a.gguf", "mmproj-b.gguf", "c.gguf"):
        place(tiny, tmp_path / name)

    def bad_first(path: Path, *rest: object, **options: object) -> object:
        if Path(path).name != "c.gguf":
            raise error
        return read(path, *rest, **options)

    read = reader.read_header_of
    monkeypatch.setattr(reader, "read_header_of", bad_first)
    monkeypatch.setattr(found, "read_header_of", bad_first)
    bad, good = scan((), (), (str(tmp_path),))
    assert good.is_intact
    assert bad.problem == f"The header of this file cannot be read ({type(error).__name__})."


def test_a_folder_that_cannot_be_looked_into_ends_no_scan(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a network drive that is gone, or rights taken away."""

    def broken(folder: Path) -> object:
        raise OSError(107, "Transport endpoint is not connected")

    monkeypatch.setattr(Path, "iterdir", broken)
    assert {m.source for m in look_again(home)} == {LM_STUDIO, LLAMA_CPP, GPT4ALL}


def test_numbers_of_a_file_that_no_record_holds_are_kept_smaller() -> None:
    """Times after 2116, and the inodes of some network drives."""
    far = cast(os.stat_result, SimpleNamespace(st_size=1 << 63, st_mtime_ns=1 << 63, st_ino=(1 << 64) - 1))
    stamp = Stamp.of("m", far)
    assert from_plain(Stamp, to_plain(stamp)) == stamp


def test_names_with_spaces_and_other_letters(tmp_path: Path, tiny: Path) -> None:
    path = place(tiny, tmp_path / "モデル ü '\"" / "mein modell.gguf")
    (model,) = scan((), (), (str(path),))
    assert model.is_intact
    assert find_on_shelf((model,), "mein modell.gguf") is model


def test_a_file_seen_twice_counts_once(home: Path) -> None:
    inside = home / ".lmstudio/models/owner"
    assert len(look_again(home, added=(str(inside),))) == 5


def test_a_folder_that_vanished_has_no_models_and_the_others_stay(home: Path) -> None:
    models = look_again(home)
    shutil.rmtree(home / ".lmstudio")
    after = look_again(home, models)
    assert sum(m.is_intact for m in after) == 4
    assert sum(m.condition is Condition.GONE for m in after) == 1


def test_names_that_mean_several_are_refused(home: Path) -> None:
    models = look_again(home)
    with pytest.raises(AppError) as error:
        find_on_shelf(models, "Tiny llama")
    assert error.value.kind == "ambiguous"
    assert find_on_shelf(models, "o/repo-GGUF/sub/m-Q8_0.gguf").source == HUB_CACHE
    assert find_on_shelf(models, "qwen:7b").source == OLLAMA
    with pytest.raises(AppError, match="No model on this computer"):
        find_on_shelf(models, "nothing like it")


def test_ollama_says_which_repository_of_the_hub_a_model_came_from(home: Path, tiny: Path) -> None:
    place(tiny, home / ".ollama/models/blobs" / f"sha256-{SHA}")
    shutil.rmtree(home / ".ollama/models/manifests")
    manifest(home, "hf.co/bartowski/Some-GGUF/Q4_K_M", f"sha256:{SHA}")
    (model,) = (m for m in look_again(home) if m.source == OLLAMA)
    assert (model.repo, model.digests, model.known_to_hub) == ("bartowski/Some-GGUF", (SHA,), True)
    assert model.name == "hf.co/bartowski/Some-GGUF:Q4_K_M"
    assert model.facts and model.facts.sha256 == SHA
    assert not model.verified


def test_ollamas_own_registry_is_not_the_hub(home: Path) -> None:
    (model,) = (m for m in look_again(home) if m.source == OLLAMA)
    assert (model.repo, model.known_to_hub) == (None, False)


LLAMA_URL = "https://huggingface.co/ggml-org/tiny-GGUF/resolve"


@pytest.mark.parametrize(
    ("note", "known"),
    [
        ({"url": f"{LLAMA_URL}/main/sub/tiny.gguf", "etag": f'"{SHA}"'}, ("ggml-org/tiny-GGUF", "sub/tiny.gguf", SHA)),
        ({"url": f"{LLAMA_URL}/main/tiny.gguf?download=true"}, ("ggml-org/tiny-GGUF", "tiny.gguf", None)),
        ({"url": f"{LLAMA_URL}/main/../../x.gguf", "etag": SHA}, (None, None, None)),
        ({"url": "https://mirror.example/o/r/resolve/main/x.gguf", "etag": SHA}, (None, None, None)),
        ({"url": "https://[", "etag": 5}, (None, None, None)),
        ([], (None, None, None)),
    ],
)
def test_llama_cpps_note_beside_a_file_says_where_it_came_from(home: Path, note: object, known: tuple) -> None:
    (home / ".cache/llama.cpp/ggml_tiny.gguf.json").write_text(json.dumps(note))
    (model,) = (m for m in look_again(home) if m.source == LLAMA_CPP)
    assert (model.repo, model.hub_path, next(iter(model.digests), None)) == known


def test_folders_that_other_programs_were_told_to_use(home: Path, tiny: Path) -> None:
    chosen = home / "big disk"
    place(tiny, chosen / "lm/o/r-GGUF/x.gguf")
    place(tiny, chosen / "g4ä/y.gguf")
    place(tiny, chosen / "g4ä/incomplete-z.gguf")
    place(tiny, home / "data/nomic.ai/GPT4All/w.gguf")
    (home / ".lmstudio/settings.json").write_text(json.dumps({"downloadsFolder": str(chosen / "lm")}))
    ini = home / ".config/nomic.ai/GPT4All.ini"
    ini.parent.mkdir(parents=True)
    ini.write_text(f"[General]\nmodelPath={chosen}/g4\\xe4\nuserDefaultModel=x\n")
    everywhere = usual_places(home / "no hub", home, {"XDG_DATA_HOME": str(home / "data")})
    found = {Path(m.path).stem: (m.source, m.repo) for m in scan((), everywhere, ())}
    assert found["x"] == (LM_STUDIO, "o/r-GGUF")
    assert found["y"] == found["w"] == (GPT4ALL, None)
    assert "incomplete-z" not in found
    assert found["lm-Q4_K_M"] == (LM_STUDIO, "owner/some-GGUF")


@pytest.mark.parametrize("content", ["", "[]", '{"downloadsFolder": 5}', '{"downloadsFolder": "rel"}', "x" * (2 << 20)])
def test_settings_that_are_none_count_as_none(home: Path, content: str) -> None:
    (home / ".lmstudio/settings.json").write_text(content)
    assert len(look_again(home)) == 5
