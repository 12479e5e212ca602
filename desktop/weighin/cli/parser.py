"""The command line: names of options are a contract."""

from __future__ import annotations

import argparse

from weighin import __version__
from weighin.cli.options import add_load_options, add_options
from weighin.core.comparisons.rounds import MOST_ROUNDS
from weighin.core.runs.options import SAMPLING_OPTIONS

MODEL_HELP = (
    "a .gguf file, starter:dense, starter:moe, hub:OWNER/REPO/PATH.gguf or an address from the hub's page, "
    "a name from the catalogue, "
    "or http(s)://HOST/v1#MODEL for a model on an OpenAI-compatible server"
)


_ANYWAY = "load even where memory seems too small"


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options; exits with 2 and a sentence on wrong usage."""
    return _parser().parse_args(arguments)


def _profile(default: str | None) -> argparse.ArgumentParser:
    """--profile, which may stand before or after the command: only the first place has a default."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("--profile", metavar="DIR", default=default, help="keep all that the program writes under DIR")
    return parent


def _parser() -> argparse.ArgumentParser:
    shared = _profile(argparse.SUPPRESS)
    parser = argparse.ArgumentParser(
        prog="weighin",
        parents=[_profile(None)],
        description="Two language models on the scale. Without a command it opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"weighin {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _compare(commands.add_parser("compare", parents=[shared], help="put one prompt to two models"))
    _bench(commands.add_parser("bench", parents=[shared], help="measure how fast one model reads and writes"))
    _plan(commands.add_parser("plan", parents=[shared], help="what models need and how fast they will be here"))
    _mmlu(commands.add_parser("mmlu", parents=[shared], help="multiple-choice questions put to one model or two"))
    _history(commands.add_parser("history", parents=[shared], help="list, show, search and export what was compared"))
    _replay(commands.add_parser("replay", parents=[shared], help="open a bundle and run it again here"))
    _models(commands.add_parser("models", parents=[shared], help="find, download, check and remove models"), shared)
    doctor = commands.add_parser("doctor", parents=[shared], help="this computer and its engine, to paste")
    doctor.add_argument("--json", action="store_true")
    return parser


def _compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model_a", metavar="A", help=MODEL_HELP)
    parser.add_argument("model_b", metavar="B", help=MODEL_HELP)
    prompt = parser.add_mutually_exclusive_group(required=True)
    prompt.add_argument("-p", "--prompt", metavar="TEXT")
    prompt.add_argument("--prompt-file", metavar="F", help="- for standard input")
    prompt.add_argument(
        "--prompts", metavar="FILE|NAME", help="a set: one prompt a line, JSON lines, a JSON array, or its name"
    )
    parser.add_argument("--resume", action="store_true", help="with --prompts: go on with the run that was stopped")
    parser.add_argument("--attach", action="append", metavar="FILE", default=[], help="a text file that goes along")
    parser.add_argument("--follow", metavar="ID", help="go on from this comparison: each model from its own answer")
    parser.add_argument("--system", metavar="TEXT", default="")
    parser.add_argument("--mode", choices=("alone", "together"), default="alone")
    add_options(parser, SAMPLING_OPTIONS)
    said = "\\n in it is a newline; may be given more than once"
    parser.add_argument("--stop", action="append", metavar="TEXT", default=[], help=said)
    add_load_options(parser, lanes=("a", "b"))
    parser.add_argument(
        "--repeat",
        type=int,
        metavar="R",
        default=1,
        help=f"timed rounds after a warm-up, 1 to {MOST_ROUNDS}, in the order A B B A; fewer where they agree",
    )
    parser.add_argument("--raw", action="store_true", help="no chat template")
    parser.add_argument("--try-anyway", action="store_true", help=_ANYWAY)
    parser.add_argument("--json", action="store_true")


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    parser.add_argument("--prompt-tokens", type=int, metavar="N", default=512)
    parser.add_argument("--generate-tokens", type=int, metavar="N", default=128)
    parser.add_argument("--repeat", type=int, metavar="R", default=5)
    add_load_options(parser)
    parser.add_argument("--try-anyway", action="store_true", help=_ANYWAY)
    parser.add_argument("--json", action="store_true")


def _plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("models", metavar="MODEL", nargs="+", help=MODEL_HELP + "; one or two")
    add_load_options(parser)
    parser.add_argument("--lanes", type=int, metavar="N", default=1, help="workers with the model at once")
    parser.add_argument("--no-slice", action="store_true", help="do not time a slice of each model")
    parser.add_argument("--json", action="store_true")


def _mmlu(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model_a", metavar="A", nargs="?", help=MODEL_HELP)
    parser.add_argument("model_b", metavar="B", nargs="?", help="a second model, to compare")
    parser.add_argument(
        "--questions",
        metavar="starter|mmlu|PATH",
        help="an MMLU folder or archive, a CSV or a JSON file; starter if not given",
    )
    parser.add_argument("--fetch", action="store_true", help="download MMLU from the hub first, if it is missing")
    parser.add_argument("--protocol", choices=("standard", "chat"), help="raw completion, or the model's chat template")
    parser.add_argument("--n", metavar="N|all", help="how many questions; 570 (or all there are) if not given")
    parser.add_argument("--shots", type=int, metavar="0..5", help="few-shot examples; 5 (or all) if not given")
    parser.add_argument("--seed", type=int, metavar="S", help="of the sample")
    parser.add_argument("--subjects", metavar="a,b", help="only these")
    parser.add_argument("--split", choices=("test", "val"))
    parser.add_argument("--order", choices=("alternating", "one_after_the_other"), default="alternating")
    add_load_options(parser, "context")  # chosen from the questions, and so is the batch where it is not given
    parser.add_argument("--try-anyway", action="store_true", help=_ANYWAY)
    parser.add_argument("--until-decided", action="store_true", help="stop as soon as there is a winner")
    parser.add_argument("--resume", metavar="RUN", help="resume a run, by the first characters of its id")
    parser.add_argument("--items", action="store_true", help="every question with both answers")
    parser.add_argument("--json", action="store_true")


def _history(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="everything that was kept, newest first")
    listing.add_argument("--json", action="store_true")
    show = actions.add_parser("show", help="one comparison or evaluation")
    show.add_argument("id", metavar="ID", help="the id, or its beginning")
    show.add_argument("--json", action="store_true")
    search = actions.add_parser("search", help="comparisons whose prompt, answers or models contain TEXT")
    search.add_argument("text", metavar="TEXT")
    search.add_argument("--json", action="store_true")
    votes = actions.add_parser("votes", help="what blind rounds have shown of each pair of models")
    votes.add_argument("--json", action="store_true")
    export = actions.add_parser("export", help="print one as Markdown, JSON, CSV or a bundle")
    export.add_argument("id", metavar="ID", help="the id, or its beginning")
    export.add_argument("--format", choices=("md", "json", "csv", "bundle"), default="md")


def _replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="from: weighin history export ID --format bundle")
    parser.add_argument("--fetch", action="store_true", help="download the models that are not here, without asking")
    parser.add_argument("--json", action="store_true")


def _models(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, parents=[shared], help=text)
        made.add_argument("--json", action="store_true")
        return made

    action("list", "what is on this computer, wherever it lies")
    action("search", "GGUF repositories at the hub").add_argument("text", metavar="TEXT")
    action("files", "the models of a repository").add_argument(
        "repo", metavar="OWNER/REPO", help="or an address from the hub's page"
    )
    look = action(
        "look",
        "what a model at the hub is, from its header alone, and whether this engine can read it; "
        "or which models a server has, and whether questions can be scored there",
    )
    look.add_argument(
        "reference", metavar="OWNER/REPO/PATH", help="or an address from the hub's page, or http(s)://HOST/v1#MODEL"
    )
    getting = action("get", "download: resumed, checked, put where other programs find it")
    getting.add_argument(
        "reference",
        metavar="OWNER/REPO/PATH",
        help="or OWNER/REPO for the usual file, OWNER/REPO:QUANTIZATION, an address from the hub's page, or a name "
        "from the catalogue",
    )
    adding = action("add", "use files, or all models of a folder, where they are")
    adding.add_argument("paths", metavar="PATH", nargs="+")
    verify = action("verify", "compare with the hub's sha256; without NAME all that the hub knows")
    verify.add_argument("name", metavar="NAME", nargs="?")
    remove = action("remove", "delete what this program downloaded; forget anything else")
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--yes", action="store_true", help="do not ask")
