"""What people paste and type for something at the hub."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace

import pytest

from weighin.core.downloads.hub_address import HubAddress, is_hub_address, narrowed, read_address, the_one
from weighin.core.downloads.repository import Listing, RemoteFile, group_files
from weighin.core.errors import AppError

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILE = "m-Q4_K_M.gguf"
MIRROR = "https://hf-mirror.example"

WHOLE = HubAddress("o/r-GGUF")
ONE = HubAddress("o/r-GGUF", FILE)
PASTED = [
    ("https://huggingface.co/o/r-GGUF", WHOLE),
    ("https://huggingface.co/o/r-GGUF/", WHOLE),
    ("http://huggingface.co/o/r-GGUF", WHOLE),
    ("HTTPS://HuggingFace.co/o/r-GGUF", WHOLE),
    ("https://www.huggingface.co/o/r-GGUF?library=llama-cpp-python#usage", WHOLE),
    ("https://huggingface.co:443/o/r-GGUF", WHOLE),
    ("huggingface.co/o/r-GGUF", WHOLE),
    ("hf.co/o/r-GGUF/", WHOLE),
    ("https://hf.co/o/r-GGUF", WHOLE),
    (" <https://huggingface.co/o/r-GGUF>\n", WHOLE),
    ("https://huggingface.co/o/r-GGUF.git", WHOLE),
    ("https://huggingface.co/o/r-GGUF/tree/main", WHOLE),
    ("https://huggingface.co/o/r-GGUF/tree", WHOLE),
    ("https://huggingface.co/o/r-GGUF/discussions/7", WHOLE),
    ("https://huggingface.co/o/r-GGUF/commits/main", WHOLE),
    (f"https://huggingface.co/o/r-GGUF/commit/{COMMIT}", HubAddress("o/r-GGUF", "", COMMIT)),
    ("https://huggingface.co/o/r-GGUF/tree/v2/", HubAddress("o/r-GGUF", "", "v2")),
    ("https://huggingface.co/o/r-GGUF/tree/refs%2Fpr%2F3", HubAddress("o/r-GGUF", "", "refs/pr/3")),
    ("https://huggingface.co/o/r-GGUF/tree/refs/pr/3/sub", HubAddress("o/r-GGUF", "sub", "refs/pr/3")),
    ("https://huggingface.co/o/r-GGUF/tree/main/Q4_K_M", HubAddress("o/r-GGUF", "Q4_K_M")),
    (f"https://huggingface.co/o/r-GGUF/blob/main/{FILE}", ONE),
    (f"https://huggingface.co/o/r-GGUF/resolve/main/{FILE}?download=true", ONE),
    (f"https://huggingface.co/o/r-GGUF/resolve/{COMMIT}/a/{FILE}", HubAddress("o/r-GGUF", f"a/{FILE}", COMMIT)),
    (f"https://huggingface.co/o/r-GGUF/raw/main/{FILE}", ONE),
    (f"https://huggingface.co/o/r-GGUF?show_file_info={FILE}", ONE),
    (f"https://huggingface.co/o/r-GGUF/tree/main?show_file_info={FILE}", ONE),
    (f"https://huggingface.co/o/r-GGUF/{FILE}", ONE),
    (f"hf.co/o/r-GGUF/blob/main/{FILE}", ONE),
    ("https://huggingface.co/o/r/blob/main/a%20%2B%23b.gguf", HubAddress("o/r", "a +#b.gguf")),
    ("https://huggingface.co/api/models/o/r-GGUF", WHOLE),
    ("https://hf-mirror.example/o/r-GGUF/tree/main", WHOLE),
    (f"hf-mirror.example/o/r-GGUF/resolve/main/{FILE}", ONE),
    ("o/r-GGUF", WHOLE),
    ("o/r-GGUF/", WHOLE),
    ("hub:o/r-GGUF", WHOLE),
    ("HUB:o/r-GGUF", WHOLE),
    (f"o/r-GGUF/{FILE}", ONE),
    (f"hub:o/r-GGUF/{FILE}", ONE),
    (f"o/r-GGUF/{FILE}?download=true", ONE),
    (f"o/r-GGUF/resolve/main/{FILE}", ONE),
    (f"o/r-GGUF/blob/{COMMIT}/{FILE}", HubAddress("o/r-GGUF", FILE, COMMIT)),
    ("o/r-GGUF/tree/a.gguf", HubAddress("o/r-GGUF", "tree/a.gguf")),
    ("hub:o/r-GGUF/a%20b.gguf", HubAddress("o/r-GGUF", "a%20b.gguf")),
    ("hf://o/r-GGUF", WHOLE),
    (f"hf://o/r-GGUF/{FILE}", ONE),
    (f"hf://models/o/r-GGUF@v2/{FILE}", HubAddress("o/r-GGUF", FILE, "v2")),
    ("hf.co/o/r-GGUF:Q4_K_M", HubAddress("o/r-GGUF", quantization="Q4_K_M")),
    ("https://hf.co/o/r-GGUF:q4_k_m", HubAddress("o/r-GGUF", quantization="q4_k_m")),
    ("o/r-GGUF:UD-Q4_K_XL", HubAddress("o/r-GGUF", quantization="UD-Q4_K_XL")),
    (f"hf.co/o/r-GGUF:{FILE}", HubAddress("o/r-GGUF", quantization=FILE)),
    ("hub:o/r-GGUF:Q8_0", HubAddress("o/r-GGUF", quantization="Q8_0")),
    ("hf.co/o/r-GGUF:latest", WHOLE),
]


@pytest.mark.parametrize(("text", "meant"), PASTED, ids=[case[0] for case in PASTED])
def test_what_is_pasted_is_understood(text: str, meant: HubAddress) -> None:
    assert read_address(text, MIRROR) == meant


@pytest.mark.parametrize(
    "mirror", ["https://proxy.example/hf/", "http://127.0.0.1:8080", "https://u:p@hub.example:8443"]
)
def test_a_mirror_is_known_with_its_port_and_its_path(mirror: str) -> None:
    for address in (f"{mirror.rstrip('/')}/o/r-GGUF/blob/main/{FILE}", f"{mirror.rstrip('/')}/o/r-GGUF/{FILE}?x=y"):
        assert is_hub_address(address, mirror) and read_address(address, mirror) == ONE
        assert not is_hub_address(address)
    other = mirror.replace("proxy", "other").replace("8080", "8081").replace("8443", "8444")
    assert not is_hub_address(f"{other.rstrip('/')}/o/r-GGUF", mirror)


REFUSED = [
    ("nothing", "'nothing' is not a repository: write OWNER/NAME, or OWNER/NAME/PATH.gguf for a file."),
    ("", "is not a repository"),
    ("https://huggingface.co", "is not a repository"),
    ("https://huggingface.co/o", "is not a repository"),
    ("hub:", "is not a repository"),
    ("https://huggingface.co/datasets/o/r", "is a data set on the hub, not a model."),
    ("hf://datasets/o/r", "is a data set on the hub, not a model."),
    ("https://huggingface.co/spaces/o/r", "is a space on the hub, not a model."),
    ("https://example.org/o/r", "example.org is not the hub: that is huggingface.co, or what HF_ENDPOINT names."),
    ("https://user:secret@example.org/o/r", "example.org is not the hub"),
    ("https://huggingface.co.example.org/o/r", "huggingface.co.example.org is not the hub"),
    ("http://[bad/o/r", "is not the hub"),
    ("o/r/../x.gguf", "is refused"),
    ("o/r//x.gguf", "is refused"),
    ("https://huggingface.co/o/r/blob/main/..%2Fx.gguf", "is refused"),
    ("https://huggingface.co/o/r/blob/main/a%00.gguf", "is refused"),
    ("o/r/CON.gguf", "device name"),
    ("../r/x.gguf", "is not a repository"),
    ("o/r:Q4 K", "is not a quantization"),
    ("no repository", "is not a repository"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[case[0] for case in REFUSED])
def test_anything_else_is_a_sentence(text: str, said: str) -> None:
    with pytest.raises(AppError) as refusal:
        read_address(text, MIRROR)
    assert refusal.value.kind == "name"
    assert said in refusal.value.user_text and "secret" not in refusal.value.user_text


@pytest.mark.parametrize(
    "text",
    ["o/r", "o/r/x.gguf", "model.gguf", "./hub/x.gguf", "http://127.0.0.1:8080/v1#m", "https://hf.example/v1", ""],
)
def test_a_name_that_can_be_something_else_is_no_address_of_the_hub(text: str) -> None:
    assert not is_hub_address(text, MIRROR)


PIECES = (
    "hub:",
    "hf://",
    "https://",
    "hf.co",
    "huggingface.co",
    "[",
    "]",
    ":",
    "/",
    "//",
    "o",
    "r",
    "@",
    "?",
    "#",
    "..",
    "%2f",
    "%",
    "tree",
    "blob",
    "main",
    "refs",
    "datasets",
    "models",
    ".git",
    " ",
    "\0",
    "\ud800",
    "é",
    ":99999",
    "<",
    "show_file_info=x",
)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_pasted_is_an_address_or_a_sentence(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(3000):
        text = "".join(chance.choices(PIECES, k=chance.randint(0, 9)))
        for mirror in ("", MIRROR, "".join(chance.choices(PIECES, k=3))):
            is_hub_address(text, mirror)
            with contextlib.suppress(AppError):
                found = read_address(text, mirror)
                assert read_address(str(found)) == replace(found, revision="")


def listing(*paths: str) -> Listing:
    files = [RemoteFile(path, 100 + number, f"{number:064x}") for number, path in enumerate(paths)]
    return Listing("o/r", COMMIT, group_files(files)[0])


MODELS = listing("m-Q4_K_M.gguf", "m-Q8_0.gguf", "UD/m-UD-Q4_K_XL.gguf", "UD/m-UD-Q2_K.gguf", "F16/m-F16.gguf")


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (HubAddress("o/r", "m-Q8_0.gguf"), "m-Q8_0.gguf"),
        (HubAddress("o/r", "F16"), "F16/m-F16.gguf"),
        (HubAddress("o/r", quantization="q8_0"), "m-Q8_0.gguf"),
        (HubAddress("o/r", quantization="Q4_K_XL"), "UD/m-UD-Q4_K_XL.gguf"),
        (HubAddress("o/r", "UD", quantization="UD-Q2_K"), "UD/m-UD-Q2_K.gguf"),
        (HubAddress("o/r", quantization="M-q4_k_m.GGUF"), "m-Q4_K_M.gguf"),
        (HubAddress("o/r"), None),
        (HubAddress("o/r", "UD"), None),
    ],
)
def test_an_address_names_one_model_or_leaves_it_open(address: HubAddress, path: str | None) -> None:
    found = the_one(MODELS, address)
    assert (found.files[0].path if found else None) == path


def test_a_folder_leaves_what_lies_in_it() -> None:
    left = narrowed(MODELS, HubAddress("o/r", "UD")).variants
    assert [v.files[0].path for v in left] == ["UD/m-UD-Q4_K_XL.gguf", "UD/m-UD-Q2_K.gguf"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (HubAddress("o/r", "x.gguf"), "o/r has no file x.gguf at commit 01234567."),
        (HubAddress("o/r", quantization="Q6_K"), "o/r has no Q6_K; it has: Q4_K_M, Q8_0, UD-Q4_K_XL, UD-Q2_K, F16."),
    ],
)
def test_what_is_not_there_is_a_sentence(address: HubAddress, said: str) -> None:
    with pytest.raises(AppError) as refusal:
        the_one(MODELS, address)
    assert refusal.value.user_text == said


def test_a_quantization_of_several_models_is_not_chosen_from() -> None:
    with pytest.raises(AppError, match="o/r has Q8_0 more than once; name the file: a-Q8_0"):
        the_one(listing("a-Q8_0.gguf", "b-Q8_0.gguf"), HubAddress("o/r", quantization="Q8_0"))
