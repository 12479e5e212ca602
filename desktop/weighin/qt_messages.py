"""What Qt says: into the log, and what ends the program to stderr too."""

from __future__ import annotations

import logging
import os
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
# Qt says this as a warning and then ends the process itself, with a status of its own: the display server is gone.
_LAST_WORDS = "connection broke"


def catch_qt_messages() -> None:
    """Log Qt's messages from now on. Where Qt would abort, or leave without a word, the program ends with a sentence on
    stderr and exit status 1; workers see their parent go."""
    qInstallMessageHandler(_on_message)


def _on_message(kind: QtMsgType, _: QMessageLogContext, text: str) -> None:
    logging.getLogger("qt").log(_LEVELS.get(kind, logging.INFO), text)
    if kind is QtMsgType.QtFatalMsg or _LAST_WORDS in text:
        sys.stderr.write(f"Weigh-In had to close. Qt says: {' '.join(text.split())}\n")
        sys.stderr.flush()
        os._exit(1)
