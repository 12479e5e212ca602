"""The widget that shows one answer while it is written, and afterwards."""

from __future__ import annotations

from random import randrange
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

from weighin.ui.answer.boxes import paint_boxes
from weighin.ui.answer.formats import Formats
from weighin.ui.answer.inbox import Inbox
from weighin.ui.answer.splitter import Splitter
from weighin.ui.theme import Theme

if TYPE_CHECKING:
    from weighin.ui.answer.writer import Writer

# At most 12 repaints a second, and seldomer where one was dear: the window may not take time from the models.
_TICK_MS = 80
_TICK_COSTS = 20
# A little unlike each other, so that two lanes do not keep working in the same moment.
_UNLIKE_MS = 30
# With much to catch up on (a long answer from History), so much of it at a time.
_SLICE_MS = 6
_READABLE_WIDTH = 820
# So few pixels from the end are at the end.
_AT_THE_END = 4
_EMPTY = "This answer is empty."


class AnswerView(QTextBrowser):
    """Streams Markdown. It loads nothing that the text names, and opens no link itself.

    What is streamed is followed to its end, also where the view becomes smaller or larger, unless the reader scrolled
    away from it; a complete answer is shown from its beginning.

    `overflowed` carries the characters that are kept back when the answer is too long to be shown at once; 0 once all
    of it is shown. `link_clicked` carries the address of a link.
    """

    overflowed = Signal(int)
    link_clicked = Signal(QUrl)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("role", "answer")
        self.setAccessibleName(name)
        self._while_empty = ""
        self.say_while_empty(f"{name}: nothing written yet.")
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.document().setIndentWidth(24)
        self._raw: list[str] = []
        self._inbox = Inbox()
        self._splitter = Splitter()
        self._made_writer: Writer | None = None
        self._finished = True
        self._follows = False
        self._return_to: int | None = None
        self._pause = _TICK_MS
        self._kept_back = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        # Coarse timers are made to fire together: both lanes' work would then come at once.
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._work)
        self.anchorClicked.connect(self.link_clicked)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._keep_end)
        bar.valueChanged.connect(self._look_where)
        theme.changed.connect(self._retint)

    @property
    def raw_text(self) -> str:
        """Exactly what the model wrote."""
        return "".join(self._raw)

    @property
    def is_settled(self) -> bool:
        """Whether all that was fed and finished is on the screen."""
        return self._finished and not self._inbox.pending and not self._timer.isActive()

    def say_while_empty(self, words: str) -> None:
        """What stands here before anything was written."""
        self._while_empty = words
        self.setPlaceholderText(words)

    def begin(self) -> None:
        """Empty the view for a new answer."""
        self._timer.stop()
        self._raw = []
        self._return_to = None
        self.setPlaceholderText(self._while_empty)
        self._inbox.clear()
        self._splitter = Splitter()
        if self._made_writer is not None:
            self._made_writer.clear(self._formats())
        self._finished = False
        self._follows = True
        self._pause = _TICK_MS
        self._kept_back = 0
        self.overflowed.emit(0)

    def feed(self, text: str) -> None:
        """More of the answer."""
        # Qt takes a document for empty while its only line is blank, as that of a code block just begun.
        self.setPlaceholderText("")
        self._raw.append(text)
        self._inbox.put(text)
        self._wake()

    def finish(self) -> None:
        """The answer is complete: nothing is left unfinished."""
        self._finished = True
        if not self._raw:
            self.setPlaceholderText(_EMPTY)
        self._timer.start(0)

    def show_answer(self, text: str) -> None:
        """Show a complete answer at once."""
        self.begin()
        self._follows = False
        if text:
            self.feed(text)
        self.finish()

    def complete(self, text: str) -> None:
        """The answer is complete, and this is all of it. A reader of what was streamed stays where he is."""
        streamed = self.raw_text
        if not streamed:
            self.show_answer(text)
            return
        if not text.startswith(streamed):
            self._rewrite(text)
        elif more := text[len(streamed) :]:
            self.feed(more)
        self.finish()

    def render_now(self) -> None:
        """Show what has come, without waiting for the next tick."""
        self._timer.stop()
        self._work()

    def show_all(self) -> None:
        """Show what was kept back of a very long answer, as plain text."""
        self._inbox.lift_limit()
        self._wake()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing is read or fetched because a model named it."""
        blank = QImage(1, 1, QImage.Format.Format_ARGB32)
        blank.fill(0)
        return blank

    def resizeEvent(self, event: QResizeEvent) -> None:
        width = max(80, min(self.viewport().width(), _READABLE_WIDTH))
        if width != self.lineWrapColumnOrWidth():
            self.setLineWrapColumnOrWidth(width)
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        paint_boxes(self, painter, event.rect(), self._theme.colours)
        painter.end()
        super().paintEvent(event)

    @property
    def _writer(self) -> Writer:
        """Puts text into the document; made at the first word: the first paint needs no Markdown."""
        if self._made_writer is None:
            from weighin.ui.answer.writer import Writer

            self._made_writer = Writer(self.document(), self._formats())
        return self._made_writer

    def _formats(self) -> Formats:
        return Formats(self._theme.colours, self.font())

    def _retint(self) -> None:
        """Links and code carry their colour in the document: write it anew."""
        finished, said = self._finished, self.placeholderText()
        self._rewrite(self.raw_text)
        self._finished = finished
        self.setPlaceholderText(said)

    def _rewrite(self, text: str) -> None:
        """Write this in place of what stands there; the reader stays where he is."""
        follows, place = self._follows, self.verticalScrollBar().value()
        self.begin()
        self._follows, self._return_to = follows, None if follows else place
        if text:
            self.feed(text)

    def _keep_end(self, _least: int, most: int) -> None:
        """The text or the room for it has changed."""
        if self._follows:
            self.verticalScrollBar().setValue(most)

    def _look_where(self, place: int) -> None:
        """The reader has scrolled, or the text was moved for him."""
        self._follows = place >= self.verticalScrollBar().maximum() - _AT_THE_END

    def _wake(self) -> None:
        if not self._timer.isActive():
            self._timer.start(self._pause if len(self._raw) > 1 else 0)

    def _work(self) -> None:
        """One slice of work."""
        clock = QElapsedTimer()
        clock.start()
        self._writer.begin()
        self._take_slice(clock)
        if self._inbox.pending:
            self._timer.start(1)
        elif self._finished:
            self._writer.commit(self._splitter.finish())
        else:
            self._writer.show_tail(self._splitter.tail)
        self._writer.end()
        if self._return_to is not None and not self._inbox.pending:
            self.verticalScrollBar().setValue(self._return_to)
            self._return_to = None
        self._pause = max(_TICK_MS, clock.elapsed() * _TICK_COSTS) + randrange(_UNLIKE_MS)
        if self._inbox.kept_back != self._kept_back:
            self._kept_back = self._inbox.kept_back
            self.overflowed.emit(self._kept_back)

    def _take_slice(self, clock: QElapsedTimer) -> None:
        """Write finished pieces for a few milliseconds."""
        while self._inbox.pending:
            portion = self._inbox.take()
            if portion.plain:
                self._writer.commit(self._splitter.finish())
                self._writer.append_plain(portion.text)
            else:
                pieces = self._splitter.feed(portion.text)
                if pieces:
                    self._writer.commit(pieces)
            if clock.elapsed() >= _SLICE_MS:
                return


def warm_up() -> None:
    """Import and make the Markdown parser, which takes a tenth of a second, before the first word comes."""
    from weighin.ui.answer.writer import parser

    parser()
