"""The application's style sheet: one template for both faces and all sizes of text."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weighin.ui.theme import Colours

# Selectors go by the dynamic properties "role" and "tone" that our small widgets set, never by widget names.
_TEMPLATE = Template("""
QWidget#page, QWidget#content { background: $window; }
QLabel { background: transparent; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: ${small}pt; }
QLabel[role="title"] { font-size: ${title}pt; font-weight: 600; }
QLabel[role="number"] { color: $text; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="error"] { color: $red; }
QLabel[role="warning"] { color: $amber; }
QLabel[role="chip"] { background: $muted; border-radius: 5px; padding: 1px 7px; font-weight: 700; color: $surface; }
QLabel[role="chip"][large="true"] { padding: 4px 9px; font-size: ${verdict}pt; }
QLabel[role="chip"][lane="A"] { background: $lane_a; }
QLabel[role="chip"][lane="B"] { background: $lane_b; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="verdict"], QLabel[role="section"] { font-size: ${verdict}pt; font-weight: 600; }
QLabel[role="verdict"][tone="amber"], QLabel[role="small"][tone="amber"] { color: $amber; }
QLabel[role="value"][better="true"] { font-weight: 700; }
QLabel[role="headline"] { font-size: ${headline}pt; font-weight: 700; }
QLabel[role="lead"] { color: $muted; font-size: ${verdict}pt; }
QLabel[role="reveal"] { font-size: ${headline}pt; font-weight: 700; }
QLabel[role="reveal"][lane="A"] { color: $lane_a; }
QLabel[role="reveal"][lane="B"] { color: $lane_b; }
QLabel[role="fit"] { font-size: ${small}pt; }
QLabel[role="fit"][tone="good"] { color: $green; }
QLabel[role="fit"][tone="amber"] { color: $amber; }
QLabel[role="fit"][tone="red"] { color: $red; }
QLabel[role="badge"] { border: 1px solid $muted; border-radius: 4px; padding: 1px 6px; color: $muted; }

QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QFrame[role="band"] { background: $raised; border: none; border-top: 1px solid $border;
  border-bottom: 1px solid $border; }
QFrame[role="band"][first="true"] { border-top: 1px solid $raised;
  border-top-left-radius: 7px; border-top-right-radius: 7px; }
QFrame[role="scale"] { background: $surface; border: none; border-top: 1px solid $border;
  border-bottom-left-radius: 7px; border-bottom-right-radius: 7px; }
QFrame[role="right"] { border: none; border-left: 1px solid $border; }
QFrame[role="composer"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QFrame[role="composer"][focused="true"] { border-color: $accent; }
QFrame[role="segments"] { background: $surface; border: 1px solid $border; border-radius: 6px; }
QFrame[role="card"][drop="true"] { border: 2px dashed $accent; }
QFrame[role="popup"] { background: $surface; border: 1px solid $border; }
QFrame[role="popup"] QListView { background: $surface; border: none; outline: 0; }
QFrame[role="strip"] { background: $raised; border-radius: 6px; }
QFrame[role="strip"][tone="amber"] { background: $amber_surface; }
QFrame[role="strip"][tone="amber"] QLabel, QFrame[role="strip"][tone="amber"] QToolButton { color: $amber; }
QFrame[role="notice"] { background: $surface; border: 1px solid $accent; border-radius: 8px; }
QFrame[role="strip"][tone="red"] { background: $red_surface; }
QFrame[role="strip"][tone="red"] QLabel { color: $red; }
QFrame[role="rail"] { background: $raised; border: none; border-right: 1px solid $border; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 3px 6px; }
QToolButton:hover { background: $raised; border-color: $border; }
QToolButton:checked { background: $raised; border-color: $border; }
QToolButton:focus { border: 2px solid $accent; padding: 2px 5px; }
QToolButton[role="fold"] { padding-left: 0; }
QToolButton[role="fold"]:focus { padding-left: 0; }
QToolButton:disabled { color: $muted; }
QToolButton::menu-indicator { image: none; }
QFrame[role="rail"] QToolButton { padding: 7px 2px 5px 2px; border-radius: 8px; font-size: ${small}pt; }
QFrame[role="rail"] QToolButton:hover { background: $window; }
QFrame[role="rail"] QToolButton:checked { background: $surface; border-color: $border; color: $accent; }
QFrame[role="rail"] QToolButton:focus { border: 2px solid $accent; padding: 6px 1px 4px 1px; }

QPushButton { background: $surface; border: 1px solid $border; border-radius: 6px; padding: 5px 12px; }
QPushButton:hover { background: $raised; }
QPushButton:pressed { background: $border; }
QPushButton:disabled { color: $muted; background: $window; }
QPushButton:focus { border: 2px solid $accent; padding: 4px 11px; outline: none; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent; border-color: $text; }
QPushButton[role="primary"]:focus { border: 2px solid $text; padding: 4px 11px; }
QPushButton[role="primary"]:disabled { background: $raised; color: $muted; border-color: $border; }
QPushButton[role="segment"] { border: 1px solid transparent; border-radius: 5px; padding: 3px 11px; }
QPushButton[role="segment"]:checked { background: $raised; color: $accent; }
QPushButton[role="segment"]:focus { border: 2px solid $accent; padding: 2px 10px; }
QPushButton[role="toggle"]:checked { background: $raised; border: 2px solid $accent; padding: 4px 11px; }
QPushButton[role="toggle"]:checked:focus { border-color: $text; }
QPushButton[role="link"], QPushButton[role="quiet"] { background: transparent; border: 1px solid transparent;
  padding: 2px 6px; font-size: ${small}pt; color: $accent; }
QPushButton[role="quiet"] { color: $muted; }
QPushButton[role="link"]:hover, QPushButton[role="quiet"]:hover { background: $raised; color: $text; }
QPushButton[role="link"]:checked, QPushButton[role="quiet"]:checked { background: $raised; border-color: $border; }
QPushButton[role="link"]:focus, QPushButton[role="quiet"]:focus { border: 2px solid $accent; padding: 1px 5px; }
QPushButton[role="link"]:disabled, QPushButton[role="quiet"]:disabled { color: $muted; background: transparent; }
QPushButton[role="danger"] { color: $red; border-color: $red; }
QPushButton[role="example"] { padding: 4px 12px; border-radius: 12px; }
QPushButton[role="example"]:focus { padding: 3px 11px; }
QPushButton[role="example"]:checked { background: $raised; border: 2px solid $accent; padding: 3px 11px; }
QPushButton[role="box"]:checked { background: $raised; border: 2px solid $accent; padding: 4px 11px; }
QPushButton[role="example"]:checked:focus, QPushButton[role="box"]:checked:focus { border-color: $text; }

QLineEdit, QPlainTextEdit, QComboBox, QTextBrowser {
  background: $surface; border: 1px solid $border; border-radius: 6px; padding: 4px 6px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus { border: 2px solid $accent; padding: 3px 5px; }
QPlainTextEdit[role="prompt"], QPlainTextEdit[role="prompt"]:focus { border: none; padding: 5px 0; }
QPlainTextEdit[role="question"] { background: transparent; border: 1px solid transparent; }
QPlainTextEdit[role="question"]:focus { border: 2px solid $accent; }
QLineEdit[invalid="true"] { border: 1px solid $red; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { color: $muted; background: $window; }
QTextBrowser[role="answer"] { border: 1px solid transparent; padding: 3px; }
QTextBrowser[role="answer"]:focus { border: 2px solid $accent; padding: 2px; }
QComboBox { combobox-popup: 0; }
QComboBox[role="head"] { background: transparent; border: 1px solid transparent; font-weight: 600;
  font-size: ${verdict}pt; padding: 1px 4px; }
QComboBox[role="head"]:hover { background: $raised; }
QComboBox[role="head"]:focus { border: 2px solid $accent; padding: 0px 3px; }
QComboBox[role="head"]:disabled { background: transparent; color: $text; }
QComboBox::drop-down { border: none; width: ${drop}px; }
QComboBox::down-arrow { image: url("$arrow"); width: ${box}px; height: ${box}px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border; outline: 0; padding: 2px; }

QCheckBox:focus, QRadioButton:focus { outline: none; }
QCheckBox, QRadioButton { padding: 2px 4px 2px 0; border: 2px solid transparent; border-radius: 5px; spacing: 6px; }
QCheckBox:focus, QRadioButton:focus { border-color: $accent; }

QRadioButton::indicator { width: ${box}px; height: ${box}px; border: 1px solid $muted; border-radius: ${round}px;
  background: $surface; }
QRadioButton::indicator:checked { width: ${dot}px; height: ${dot}px; border: ${ring}px solid $accent;
  background: $surface; }
QCheckBox::indicator { width: ${box}px; height: ${box}px; border: 1px solid $muted; border-radius: 4px;
  background: $surface; }
QCheckBox::indicator:checked { border-color: $accent; background: $accent; image: url("$check"); }

QListView[role="ticks"] { background: $surface; border: 1px solid $border; border-radius: 6px; outline: 0; }
QListView[role="ticks"]:focus { border: 2px solid $accent; }
QListView[role="ticks"]::item { padding: 3px 4px; }
QListView[role="ticks"]::indicator { width: ${box}px; height: ${box}px; border: 1px solid $muted; border-radius: 4px;
  background: $surface; }
QListView[role="ticks"]::indicator:checked { border-color: $accent; background: $accent; image: url("$check"); }

QProgressBar { background: $raised; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QTabBar::tab { background: transparent; padding: 6px 14px; border: 1px solid transparent; border-radius: 6px; }
QTabBar::tab:hover { background: $raised; }
QTabBar::tab:selected { background: $surface; border-color: $border; }
QTabBar::tab:focus:selected { border: 2px solid $accent; padding: 5px 13px; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $border; }
QScrollArea, QWidget#drawer, QStackedWidget { background: transparent; border: none; }

QTableView { background: $surface; border: 1px solid $border; border-radius: 6px; gridline-color: transparent;
  selection-background-color: $accent; selection-color: $on_accent; outline: 0; }
QTableView:focus { border: 2px solid $accent; }
QTableView::item { padding: 3px 8px; border: none; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; color: $muted; border: none; border-bottom: 1px solid $border;
  padding: 6px 11px; }

QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 4px; min-height: 28px; min-width: 28px; margin: 2px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QToolTip { background: $surface; color: $text; border: 1px solid $border; padding: 4px; }
""")


# Boxes to tick and arrows grow with the text: pixels at least, and for each point of its size.
_BOX, _BOX_OF_TEXT = 14, 1.3
# How thick the ring of a chosen round one is.
_RING_OF_BOX = 0.36


def style_sheet(colours: Colours, points: float, arrow: str, check: str) -> str:
    """The application's style sheet. `points`: the size of the application's font, to which all others relate.
    `arrow`, `check`: pictures for combo and check boxes, as paths with forward slashes."""
    box = max(_BOX, round(points * _BOX_OF_TEXT))
    ring = round(box * _RING_OF_BOX)
    values = {name: value for name, value in vars(colours).items() if isinstance(value, str)}
    return _TEMPLATE.substitute(
        values,
        arrow=arrow,
        check=check,
        small=f"{points * 0.88:.2f}",
        title=f"{points * 1.35:.2f}",
        verdict=f"{points * 1.1:.2f}",
        headline=f"{points * 1.8:.2f}",
        box=box,
        drop=box + 8,
        ring=ring,
        dot=box + 2 - 2 * ring,
        round=(box + 2) // 2,
    )
