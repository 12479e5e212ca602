"""The command line: names of options are a contract."""

from __future__ import annotations

import argparse

from weighin import __version__
from weighin.cli.options import add_load_options, add_sampling_options
from weighin.core.comparisons.rounds import MOST_ROUNDS
from weighin.core.prompts.prompt_set import MAX_SAMPLES

MODEL_HELP = (
    "a .gguf file, starter:dense, starter:moe, hub:OWNER/REPO/PATH.gguf, an address from the hub's page, "
    "a catalogue name, "
    "or http(s)://HOST/v1#MODEL (a model on an OpenAI-compatible server)"
)


_ANYWAY = "load the model even if memory looks too small"
_MODES = "alone: sequential, one model at a time (default); together: simultaneous"
_ORDER = "alternating: the models take turns in blocks of questions (default)"
_JSON = "print one JSON object and nothing else"


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options; exits with 2 and a sentence on wrong usage."""
    return _parser().parse_args(arguments)


def _profile(default: str | None) -> argparse.ArgumentParser:
    """--profile, which may stand before or after the command: only the first place has a default."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "--profile", metavar="DIR", default=default, help="keep everything the program writes under DIR"
    )
    return parent


def _parser() -> argparse.ArgumentParser:
    shared = _profile(argparse.SUPPRESS)
    parser = argparse.ArgumentParser(
        prog="weighin",
        parents=[_profile(None)],
        description="Compare two language models on your own computer. Without a command, the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"weighin {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _compare(commands.add_parser("compare", parents=[shared], help="run one prompt on two models"))
    _bench(commands.add_parser("bench", parents=[shared], help="measure one model's prompt and generation speed"))
    _plan(commands.add_parser("plan", parents=[shared], help="estimate memory and speed before loading a model"))
    _mmlu(commands.add_parser("mmlu", parents=[shared], help="score one or two models on multiple-choice questions"))
    _fidelity(commands.add_parser("fidelity", parents=[shared], help="measure what quantization changes in a model"))
    _history(commands.add_parser("history", parents=[shared], help="list, show, search and export past runs"))
    _replay(commands.add_parser("replay", parents=[shared], help="show a bundle and run its comparison again here"))
    _models(commands.add_parser("models", parents=[shared], help="find, download, verify and remove models"), shared)
    opening = commands.add_parser(
        "open", parents=[shared], help="open the window with models or a bundle, or add them to the open one"
    )
    opening.add_argument("files", metavar="FILE", nargs="*", help="a .gguf file or a bundle (.weighin.json)")
    doctor = commands.add_parser(
        "doctor", parents=[shared], help="describe this computer and the engine, for bug reports"
    )
    doctor.add_argument("--json", action="store_true", help=_JSON)
    return parser


def _compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model_a", metavar="A", help=MODEL_HELP)
    parser.add_argument("model_b", metavar="B", help=MODEL_HELP)
    prompt = parser.add_mutually_exclusive_group(required=True)
    prompt.add_argument("-p", "--prompt", metavar="TEXT", help="the prompt")
    prompt.add_argument("--prompt-file", metavar="F", help="read the prompt from F; - for standard input")
    prompt.add_argument(
        "--prompts", metavar="FILE|NAME", help="a prompt set: its name, or a file (text, JSON, CSV, TOML or Parquet)"
    )
    parser.add_argument("--resume", action="store_true", help="with --prompts: resume the stopped run")
    parser.add_argument(
        "--samples",
        type=int,
        metavar="N",
        default=1,
        help=f"with --prompts: ask each prompt N times, 1 to {MAX_SAMPLES}, with one seed after the other",
    )
    parser.add_argument(
        "--allow-tests", action="store_true", help="with --prompts: run the set's Python tests on answers, confined"
    )
    parser.add_argument(
        "--fetch", action="store_true", help="with --prompts gsm8k: download it from the hub first, if it is missing"
    )
    parser.add_argument(
        "--attach", action="append", metavar="FILE", default=[], help="add a text file to the prompt; repeatable"
    )
    parser.add_argument("--follow", metavar="ID", help="continue this comparison; each model sees its own answers")
    parser.add_argument("--system", metavar="TEXT", default="", help="the system prompt")
    parser.add_argument("--mode", choices=("alone", "together"), default="alone", help=_MODES)
    add_sampling_options(parser, ("a", "b"))
    said = "stop at this text; \\n is a newline; repeatable"
    parser.add_argument("--stop", action="append", metavar="TEXT", default=[], help=said)
    add_load_options(parser, lanes=("a", "b"))
    parser.add_argument(
        "--repeat",
        type=int,
        metavar="R",
        default=1,
        help=f"timed rounds after a warm-up, 1 to {MOST_ROUNDS}, in the order A B B A; fewer if they agree",
    )
    parser.add_argument("--raw", action="store_true", help="send the prompt without a chat template")
    parser.add_argument("--try-anyway", action="store_true", help=_ANYWAY)
    parser.add_argument("--json", action="store_true", help=_JSON)


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    parser.add_argument("--prompt-tokens", type=int, metavar="N", default=512, help="default 512")
    parser.add_argument("--generate-tokens", type=int, metavar="N", default=128, help="default 128")
    parser.add_argument("--repeat", type=int, metavar="R", default=5, help="timed rounds after a warm-up; default 5")
    add_load_options(parser)
    parser.add_argument("--try-anyway", action="store_true", help=_ANYWAY)
    parser.add_argument("--json", action="store_true", help=_JSON)


def _plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("models", metavar="MODEL", nargs="+", help=MODEL_HELP + "; one or two")
    add_load_options(parser)
    parser.add_argument("--lanes", type=int, metavar="N", default=1, help="processes that run the model at once")
    parser.add_argument("--no-slice", action="store_true", help="skip timing a slice of each model")
    parser.add_argument("--json", action="store_true", help=_JSON)


def _mmlu(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model_a", metavar="A", nargs="?", help=MODEL_HELP)
    parser.add_argument("model_b", metavar="B", nargs="?", help="a second model to compare with")
    parser.add_argument(
        "--questions",
        metavar="SET|PATH",
        help="starter, mmlu, hellaswag, arc-easy, arc-challenge, winogrande (the last four also with -style: a few "
        "included questions), or a folder, archive, CSV, JSON or Parquet file; default starter",
    )
    parser.add_argument(
        "--fetch",
        action="store_true",
        help="download the set from the hub first, if it is missing (MMLU if none is named)",
    )
    parser.add_argument(
        "--protocol", choices=("standard", "chat"), help="standard: raw completion; chat: the model's chat template"
    )
    parser.add_argument("--n", metavar="N|all", help="number of questions; default 570, or all if fewer")
    parser.add_argument("--shots", type=int, metavar="0..5", help="few-shot examples; default 5, or all if fewer")
    parser.add_argument("--seed", type=int, metavar="S", help="same seed, same questions")
    parser.add_argument("--subjects", metavar="a,b", help="only these subjects")
    parser.add_argument("--split", choices=("test", "val"), help="which part of the question set; default test")
    parser.add_argument("--order", choices=("alternating", "one_after_the_other"), default="alternating", help=_ORDER)
    add_load_options(parser, "context")  # chosen from the questions, and so is the batch where it is not given
    parser.add_argument("--try-anyway", action="store_true", help=_ANYWAY)
    parser.add_argument("--until-decided", action="store_true", help="stop as soon as there is a winner")
    parser.add_argument("--resume", metavar="RUN", help="resume a run, by its id or the start of it")
    parser.add_argument("--items", action="store_true", help="list every question with both answers")
    parser.add_argument("--json", action="store_true", help=_JSON)


def _fidelity(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", metavar="BASE", nargs="?", help=MODEL_HELP + "; the best file of the model")
    parser.add_argument("others", metavar="OTHER", nargs="*", help="models to hold against it, of the same vocabulary")
    parser.add_argument("--text", metavar="FILE", help="a text file to read; default: the included texts")
    parser.add_argument("--chunks", metavar="N|auto", help="how much of the text; default auto: until the KLD is known")
    parser.add_argument("--ctx", dest="context", metavar="N", help="tokens of a chunk; default 512")
    parser.add_argument("--seed", type=int, metavar="S", help="with auto: same seed, same order of chunks")
    add_load_options(parser, "context", lanes=("base", "other"))
    for side in ("", "base-", "other-"):  # short for what is compared here most
        name = f"{side.replace('-', '_')}flash_attn"
        parser.add_argument(f"--{side}flash", dest=name, metavar="auto|on|off", help=argparse.SUPPRESS)
    parser.add_argument("--try-anyway", action="store_true", help=_ANYWAY)
    parser.add_argument("--resume", metavar="RUN", help="resume a run, by its id or the start of it")
    parser.add_argument("--csv", metavar="FILE", help="write every position to FILE")
    parser.add_argument("--json", action="store_true", help=_JSON)


def _history(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="all comparisons, evaluations and measurements of fidelity, newest first")
    listing.add_argument("--json", action="store_true", help=_JSON)
    show = actions.add_parser("show", help="one of them")
    show.add_argument("id", metavar="ID", help="the id, or the start of it")
    show.add_argument("--json", action="store_true", help=_JSON)
    search = actions.add_parser("search", help="comparisons whose name, prompt, answers or models contain TEXT")
    search.add_argument("text", metavar="TEXT")
    search.add_argument("--json", action="store_true", help=_JSON)
    votes = actions.add_parser("votes", help="the blind votes for each pair of models")
    votes.add_argument("--json", action="store_true", help=_JSON)
    export = actions.add_parser("export", help="print one run as Markdown, JSON, CSV or a bundle")
    export.add_argument("id", metavar="ID", help="the id, or the start of it")
    export.add_argument("--format", choices=("md", "json", "csv", "bundle"), default="md")


def _replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="made with: weighin history export ID --format bundle")
    parser.add_argument("--fetch", action="store_true", help="download missing models without asking")
    parser.add_argument("--json", action="store_true", help=_JSON)


def _models(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, parents=[shared], help=text)
        made.add_argument("--json", action="store_true", help=_JSON)
        return made

    action("list", "the models on this computer")
    action("search", "search the hub for GGUF repositories").add_argument("text", metavar="TEXT")
    action("files", "the GGUF files in a repository").add_argument(
        "repo", metavar="OWNER/REPO", help="or an address from the hub's page"
    )
    look = action(
        "look",
        "read a model's header on the hub, and check that llama.cpp can run it; "
        "or list the models of a server, and check that it can score questions",
    )
    look.add_argument(
        "reference", metavar="OWNER/REPO/PATH", help="or an address from the hub's page, or http(s)://HOST/v1#MODEL"
    )
    getting = action("get", "download a model: resumable and verified, into the hub's cache")
    getting.add_argument(
        "reference",
        metavar="OWNER/REPO/PATH",
        help="or OWNER/REPO (the usual file), OWNER/REPO:QUANTIZATION, an address from the hub's page, or a "
        "catalogue name",
    )
    adding = action("add", "use model files, or all models in a folder, without copying them")
    adding.add_argument("paths", metavar="PATH", nargs="+")
    verify = action("verify", "check a model against the hub's sha256; without NAME, all from the hub")
    verify.add_argument("name", metavar="NAME", nargs="?")
    remove = action("remove", "delete a downloaded model; of any other, forget it and keep the file")
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--yes", action="store_true", help="do not ask first")
