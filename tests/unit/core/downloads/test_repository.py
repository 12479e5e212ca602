import contextlib
import random

import pytest

from weighin.core.downloads.download import DownloadPlan, WantedFile
from weighin.core.downloads.file_names import quantization_of
from weighin.core.downloads.hub_names import check_path, check_repository, place_below
from weighin.core.downloads.repository import RemoteFile, group_files
from weighin.core.errors import AppError

GB = 10**9


def file(path: str, size: int = 100, sha: str | None = "ab" * 32) -> RemoteFile:
    return RemoteFile(path, size, sha)


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("Qwen3-4B-Q4_K_M.gguf", "Q4_K_M"),
        ("mistral-7b-instruct-v0.2.Q4_K_M.gguf", "Q4_K_M"),
        ("gemma-4-26B_q4_0-it.gguf", "Q4_0"),
        ("qwen2.5-7b-instruct-q4_k_m-00001-of-00002.gguf", "Q4_K_M"),
        ("m-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4"),
        ("gpt-oss-20b-MXFP4.gguf", "MXFP4"),
        ("Q4_K_M/big-Q4_K_M-00001-of-00006.gguf", "Q4_K_M"),
        ("IQ2_XXS/m.gguf", "IQ2_XXS"),
        ("m.i1-IQ3_M.gguf", "IQ3_M"),
        ("m-Q2_K.gguf", "Q2_K"),
        ("m-Q4_0_4_8.gguf", "Q4_0_4_8"),
        ("m-bf16.gguf", "BF16"),
        ("SmolLM3.gguf", ""),
        ("Qwen3-0.6B.gguf", ""),
        ("sub dir/Tiny Q4_0.gguf", "Q4_0"),
        ("m-FP16.gguf", "F16"),
        ("m-fp32.gguf", "F32"),
        ("m-Q4_K_P.gguf", "Q4_K_P"),
        ("m-IQ4_KS.gguf", "IQ4_KS"),
        ("m-Q8_K_XL.gguf", "Q8_K_XL"),
        ("m-Q4_K-v2.gguf", "Q4_K"),
    ],
)
def test_quantizations_are_read_from_names_as_people_write_them(path: str, label: str) -> None:
    assert quantization_of(path) == label


def test_shards_are_one_row_in_order() -> None:
    names = [f"Q4/m-Q4_K_M-{n:05d}-of-00003.gguf" for n in (3, 1, 2)]
    (variant,), left = group_files(file(n, n_size) for n, n_size in zip(names, (3, 1, 2), strict=True))
    assert [f.path[-20:-5] for f in variant.files] == ["-00001-of-00003", "-00002-of-00003", "-00003-of-00003"][0:3]
    assert (variant.name, variant.size, variant.problem, left) == ("m-Q4_K_M", 6, "", ())


def test_a_missing_shard_is_said() -> None:
    """Fault 16."""
    (variant,), _ = group_files([file("m-Q4_0-00001-of-00003.gguf"), file("m-Q4_0-00003-of-00003.gguf")])
    assert variant.problem == "Only 2 of 3 parts of this model are on the hub."


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("mmproj-model-f16.gguf", "vision part"),
        ("model-mmproj.gguf", "vision part"),
        ("mmproj-F16.gguf", "vision part"),
        ("imatrix_unsloth.gguf", "statistics"),
        ("m-imatrix.gguf", "statistics"),
        ("m-mtp-Q8_0.gguf", "draft model"),
        ("m.Q4_K_M.gguf.part1of5", "raw pieces"),
        ("m.Q4_K_M.gguf-split-a", "raw pieces"),
        ("m-Q4_K_M.gguf.00001", "raw pieces"),
        ("m.gguf.part-00001-of-2", "raw pieces"),
        ("gemma-4-assistant-Q4_0.gguf", "draft model"),
        ("Q4_K_M/m-draft-Q4_K_M.gguf", "draft model"),
        ("m-Q4_K_M_draft.gguf", "draft model"),
        ("mtp-m-Q4_0.gguf", "draft model"),
        ("../m-Q4_K_M.gguf", "outside its folder"),
        ("m\u202e-Q4_K_M.gguf", "not safe"),
    ],
)
def test_side_files_are_left_out_with_the_reason(path: str, word: str) -> None:
    variants, (left,) = group_files([file(path)])
    assert variants == ()
    assert word in left.reason


@pytest.mark.parametrize(
    "path", ["my-assistant-7B-Q4_K_M.gguf", "draft-horse-Q4_0.gguf", "Eagle-7B.Q4_K_M.gguf", "sub dir/Tiny Q4_0.gguf"]
)
def test_a_model_may_be_called_after_helpers(path: str) -> None:
    (variant,), left = group_files([file(path)])
    assert (variant.problem, left) == ("", ())


def test_a_part_of_none_is_left_out() -> None:
    variants, (left,) = group_files([file("m-Q4_0-00001-of-00000.gguf"), file("n-Q4_0.gguf")])
    assert [v.name for v in variants] == ["n-Q4_0"]
    assert left.reason == "The file name says part 1 of 0: no such part exists"


@pytest.mark.parametrize("numbers", [(1, 2, 4), (0, 1, 2), (2, 3, 4)])
def test_shards_are_numbered_from_one_to_their_count(numbers: tuple[int, ...]) -> None:
    """Fault 16."""
    (variant,), _ = group_files(file(f"m-Q4_0-{n:05d}-of-00003.gguf") for n in numbers)
    assert variant.problem == "The parts of this model are not numbered 1 to 3."


def test_files_that_are_no_models_are_not_mentioned() -> None:
    assert group_files([file("README.md"), file("config.json"), file("m.safetensors")]) == ((), ())


def test_a_file_without_digest_is_left_out() -> None:
    _, (left,) = group_files([file("m-Q4_0.gguf", sha=None)])
    assert "sha256" in left.reason


HOSTILE = [
    "../x.gguf", "a/../../x.gguf", "/etc/passwd", "C:\\x.gguf", "C:/x.gguf", "\\\\host\\share\\x.gguf",
    "//host/x.gguf", "CON", "con.gguf", "a/NUL.gguf", "lpt1.gguf", "x" * 300, "a\u202eb.gguf", "a\nb.gguf",
    "a\0b.gguf", "x.gguf.", "x.gguf ", " x.gguf", "dir /x.gguf", "a//b.gguf", "./x.gguf", "", ".", "..", "a/.",
    "~/x.gguf", "%2e%2e/x", "a:b.gguf", "a*b.gguf", "com1 .gguf", "AUX.x.gguf", "a?b.gguf", "a<b.gguf", "a>b.gguf",
    "a|b.gguf", 'a"b.gguf', "a\\b.gguf", "a\tb.gguf", "a\x7fb.gguf", "a\x85b.gguf", "a\u2028b.gguf", "a\u200bb.gguf",
    "a\ud800.gguf", "com¹.gguf", "LPT³", "ＣＯＮ.gguf", "conin$.gguf", "‥/x.gguf", "．．/x.gguf", "a／b.gguf",
    "a＼b.gguf",
    "a%2f..%2fb.gguf", "a%5cb.gguf", "a%00b.gguf", "nul%2egguf", "~root/x.gguf", "~", "x.gguf\u00a0",
    "x\u3000/a.gguf", "模" * 90 + ".gguf",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_refused(name: str) -> None:
    """Fault 14."""
    with pytest.raises(AppError) as refusal:
        check_path(name)
    assert refusal.value.kind == "name"


ORDINARY = [
    "m-Q4_K_M.gguf", "Q4_K_M/m 1.gguf", ".hidden", "console.gguf", "a.b.c/d-e_f.gguf", "Coder+Chat-Q4_K_M.gguf",
    "model (1).gguf", "model[v2]{a}.gguf", "a,b;c=d@e.gguf", "it's.gguf", "x&y#1!.gguf", "a~1.gguf", "~a.gguf",
    "$(x).gguf", "100%.gguf", "a%20b.gguf", "模型-Q4_K_M.gguf", "模型（一）：乙.gguf", "mödel.gguf", "mo\u0308del.gguf",
    "модель.gguf", "🦙.gguf", "x" * 195 + ".gguf", "com10.gguf", "nul-1.gguf",
]  # fmt: skip


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_names_are_accepted(name: str) -> None:
    assert check_path(name) == name


@pytest.mark.parametrize("name", ["x", "a/b/c", "../b", "a/..", "a b/c", "-a/b", "a/b\n", "a--b/c", "a/.b", "é/b"])
def test_hostile_repositories_are_refused(name: str) -> None:
    with pytest.raises(AppError):
        check_repository(name)


@pytest.mark.parametrize(
    "name", ["m+(Q4_K_M).gguf", "m[Q4_K_M].gguf", "模型Q4_K_M.gguf", "m@Q4_K_M,x.gguf", "m~q4_k_m.gguf"]
)
def test_the_quantization_stands_between_any_marks(name: str) -> None:
    (variant,), _ = group_files([file(name)])
    assert variant.quantization == "Q4_K_M"


def test_a_link_does_not_lead_out_of_the_folder(tmp_path) -> None:
    """Fault 14."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path)
    with pytest.raises(AppError, match="outside"):
        place_below(folder, "out/x.gguf")
    assert place_below(folder, "in/x.gguf") == folder / "in" / "x.gguf"


PIECES = ["..", ".", "/", "\\", "a", "gguf", " ", "-", "_", ":", "\0", "\n", "\u202e", "é", "CON", "nul", "~", "%2f"]


@pytest.mark.parametrize("seed", range(4))
def test_no_name_whatever_leads_out_of_the_folder(tmp_path, seed: int) -> None:
    """Fault 14: names thrown together from nasty pieces are refused, or lie inside; nothing else appears anywhere."""
    chance = random.Random(seed)
    folder = tmp_path / "outer" / "models"
    folder.mkdir(parents=True)
    accepted = 0
    for _ in range(2000):
        name = "".join(chance.choices(PIECES, k=chance.randint(1, 9)))
        try:
            place = place_below(folder, name)
        except AppError as error:
            assert error.kind == "name"
            continue
        accepted += 1
        with contextlib.suppress(OSError):  # a file may stand where a folder is wanted
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(b"x")
        assert place.resolve().is_relative_to(folder)
    assert accepted > 5
    assert list(tmp_path.iterdir()) == [tmp_path / "outer"]
    assert list((tmp_path / "outer").iterdir()) == [folder]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_download_of_a_hostile_name_is_refused_before_any_request(name: str) -> None:
    """Fault 14."""
    with pytest.raises(AppError):
        DownloadPlan("o/r", "0" * 40, (WantedFile(name, 1, "ab" * 32),))
