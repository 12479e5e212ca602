"""The widget that shows one answer while it is written, and afterwards."""

from __future__ import annotations

from random import randrange
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QMimeData, QPoint, QPointF, QRect, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontInfo,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextDocument,
)
from PySide6.QtWidgets import QMenu, QTextBrowser, QTextEdit, QWidget

from weighin.ui.answer.code_copier import CodeCopier
from weighin.ui.answer.copying import copy_text, fenced_code, selection_as_written, shown_code
from weighin.ui.answer.finder import Finder
from weighin.ui.answer.formats import CODE, Formats
from weighin.ui.answer.inbox import Inbox
from weighin.ui.answer.reading_place import ReadingPlace
from weighin.ui.answer.splitter import Splitter
from weighin.ui.answer.table_writer import fit_tables
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
_READABLE_LETTERS = 110
_MARGIN = 10
_INDENT_EM = 1.9
_OF_FONTS = (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange)
# So few pixels from the end are at the end.
_AT_THE_END = 4
_NONE_YET = "No answer yet"
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

    _made_writer: Writer | None = None  # Qt tells of the first font before anything else is made

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        # Of its own: of the one that Qt makes PySide is not told when it goes, and takes the next at its place for it.
        own = QTextDocument(self)
        own.setDefaultFont(self.font())
        self.setDocument(own)
        self.setProperty("role", "answer")
        self.setAccessibleName(name)
        self._while_empty = ""
        self.say_while_empty(_NONE_YET)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        # Until it is shown: over no width at all each letter would take a line of its own.
        self.setLineWrapColumnOrWidth(_READABLE_WIDTH)
        self.document().setDocumentMargin(_MARGIN)
        self._raw: list[str] = []
        self._inbox = Inbox()
        self._splitter = Splitter()
        self._finished = True
        self._follows = False
        self._return_to: ReadingPlace | None = None
        self._pause = _TICK_MS
        self._whole = False
        self._kept_back = 0
        self._finder = Finder(self, theme)
        self._copier = CodeCopier(self, lambda number: copy_text(self._code(number)))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        # Coarse timers are made to fire together: both lanes' work would then come at once.
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._work)
        self.anchorClicked.connect(self.link_clicked)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._keep_end)
        bar.valueChanged.connect(self._look_where)
        theme.changed.connect(self._write_anew)

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
        self._whole = False
        self._return_to = None
        self._finder.find_all("")
        self._restart()
        if self._kept_back:
            self._kept_back = 0
            self.overflowed.emit(0)

    def _restart(self) -> None:
        """Empty the view; what comes next is a new answer, or the same one written anew."""
        self._timer.stop()
        self._raw = []
        self.setPlaceholderText(self._while_empty)
        self._inbox.clear()
        if self._whole:
            self._inbox.lift_limit()
        self._splitter = Splitter()
        if self._made_writer is not None:
            self._made_writer.clear(self._formats(), self._whole)
        self._finished = False
        self._follows = True
        self._pause = _TICK_MS

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
        """Show what was kept back of a very long answer or table, as plain text."""
        self._whole = True
        if self._made_writer is not None and self._made_writer.kept_back:
            self._write_anew()
        else:
            self._inbox.lift_limit()
            self._wake()

    def find_all(self, text: str) -> int:
        """Mark every place of `text`, whatever its case, and show the first; how many there are, 2,000 at most."""
        return self._finder.find_all(text)

    def find_next(self, back: bool = False) -> None:
        """Show the next place that was found, or the one before; behind the last comes the first."""
        self._finder.find_next(back)

    def clear_find(self) -> None:
        """Take the marks of what was found away."""
        self._finder.find_all("")

    def copy_answer(self) -> None:
        """Put exactly what the model wrote on the clipboard."""
        copy_text(self.raw_text)

    def code_at(self, point: QPoint) -> str:
        """The code block at `point` of the viewport as the model wrote it, "" where none is."""
        return self._code(self._copier.boxes.code_at(QPointF(point)))

    @property
    def copy_places(self) -> list[QRect]:
        """Where a "Copy" of a code block stands, in the viewport."""
        return [box.copy.toRect() for box in self._copier.boxes.in_sight() if not box.copy.isEmpty()]

    def menu_at(self, point: QPoint | None = None) -> QMenu:
        """What can be done at `point` of the viewport; without one, at the text cursor."""
        if point is None:
            code = self.textCursor().blockFormat().intProperty(CODE)
            address = self.textCursor().charFormat().anchorHref()
        else:
            address = self.anchorAt(point)
            code = self._copier.boxes.code_at(QPointF(point))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy", self.copy).setEnabled(self.textCursor().hasSelection())
        menu.addAction("Copy answer", self.copy_answer).setEnabled(bool(self._raw))
        menu.addAction("Copy code block", lambda: self._copier.copy(code)).setEnabled(code != 0)
        if address:
            menu.addAction("Copy link address", lambda: copy_text(address))
        menu.addSeparator()
        menu.addAction("Select all", self.selectAll).setEnabled(bool(self._raw))
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.cursorRect().bottomLeft()
            self.menu_at().popup(self.viewport().mapToGlobal(place))
        else:
            self.menu_at(event.pos()).popup(event.globalPos())

    def createMimeDataFromSelection(self) -> QMimeData:
        """A task is copied with the brackets that the model wrote."""
        data = super().createMimeDataFromSelection()
        data.setText(selection_as_written(data.text(), self.textCursor(), self.document()))
        return data

    def _code(self, number: int) -> str:
        """The code block `number` as the model wrote it."""
        if number > 0:
            return fenced_code(self.raw_text, number)
        block = self.document().begin()
        while number and block.isValid():
            if block.blockFormat().intProperty(CODE) == number:
                return shown_code(block)
            block = block.next()
        return ""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing is read or fetched because a model named it."""
        blank = QImage(1, 1, QImage.Format.Format_ARGB32)
        blank.fill(0)
        return blank

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_width()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() not in _OF_FONTS or self._made_writer is None:
            super().changeEvent(event)
            return
        font, place = self.document().defaultFont(), self._place()
        super().changeEvent(event)
        if self.document().defaultFont() != font:
            self._return_to = place  # as it was before Qt moved the lines
            self._fit_width()
            self._write_anew()

    def _fit_width(self) -> None:
        readable = max(_READABLE_WIDTH, _READABLE_LETTERS * self.fontMetrics().averageCharWidth())
        width = max(80, min(self.viewport().width(), readable))
        if width != self.lineWrapColumnOrWidth():
            self.setLineWrapColumnOrWidth(width)
            fit_tables(self.document())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        self._copier.boxes.paint(painter, event.rect(), self._theme.colours)
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
        self.document().setIndentWidth(_INDENT_EM * QFontInfo(self.font()).pixelSize())
        return Formats(self._theme.colours, self.font())

    def _write_anew(self) -> None:
        """Sizes and colours stand in the document: write the same again."""
        finished, said = self._finished, self.placeholderText()
        self._rewrite(self.raw_text)
        self._finished = finished
        self.setPlaceholderText(said)

    def _rewrite(self, text: str) -> None:
        """Write this in place of what stands there; the reader stays where he is."""
        place = self._place()
        self._restart()
        self._follows, self._return_to = place is None, place
        if text:
            self.feed(text)

    def _place(self) -> ReadingPlace | None:
        """Where the reader is, or will be again when all is written; None for one who follows the end."""
        return self._return_to or (None if self._follows else ReadingPlace(self))

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
        self._pause = max(_TICK_MS, clock.elapsed() * _TICK_COSTS) + randrange(_UNLIKE_MS)
        if not self._inbox.pending:
            self._settle()

    def _settle(self) -> None:
        """All that has come stands there."""
        if self._return_to is not None:
            self._return_to.restore(self)
            self._return_to = None
        if self._finished:
            self._finder.refresh()
        kept_back = self._inbox.kept_back + self._writer.kept_back
        if kept_back != self._kept_back:
            self._kept_back = kept_back
            self.overflowed.emit(kept_back)

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
