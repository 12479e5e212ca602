"""The verbs: `train`, `export`, `questions`, `check`."""

import argparse
from pathlib import Path

from .recipe import ROOT, ROWS


def main() -> None:
    """Reads the command line and runs one verb."""
    parser = argparse.ArgumentParser(prog="starter_models", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    train = verbs.add_parser("train", help="train both models from nothing, or on from the last checkpoint")
    train.add_argument(
        "--work", type=Path, default=ROOT / "build" / "starter", help="folder for checkpoints and weights"
    )
    train.add_argument("--scale", type=float, default=1.0, help="make every phase shorter or longer")
    train.add_argument("--rows", type=int, default=ROWS, help="rows of 1,024 tokens in a step")
    export = verbs.add_parser("export", help="write the GGUF files from the trained weights")
    export.add_argument("--work", type=Path, default=ROOT / "build" / "starter")
    verbs.add_parser("questions", help="write the question set")
    check = verbs.add_parser("check", help="measure both files with llama.cpp and write the note beside them")
    check.add_argument("--work", type=Path, default=ROOT / "build" / "starter")
    arguments = parser.parse_args()
    if arguments.verb == "train":
        from .train import train as run

        run(arguments.work, arguments.rows, arguments.scale)
    elif arguments.verb == "export":
        from .export import export_all

        export_all(arguments.work)
    elif arguments.verb == "questions":
        from .questions import write

        write()
    else:
        from .check import check as measure

        measure()


if __name__ == "__main__":
    main()
