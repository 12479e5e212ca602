"""The style sheet, filled with the colours of a palette."""

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
QLabel[role="error"] { color: $red; }
QLabel[role="warning"] { color: $amber; }
QLabel[role="chip"] { border-radius: 4px; padding: 1px 7px; font-weight: 700; color: $surface; }
QLabel[role="chip"][lane="A"] { background: $lane_a; }
QLabel[role="chip"][lane="B"] { background: $lane_b; }
QLabel[role="badge"] { border: 1px solid $muted; border-radius: 4px; padding: 1px 6px; color: $muted; }

QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QFrame[role="card"][drop="true"] { border: 2px dashed $accent; }
QFrame[role="popup"] { background: $surface; border: 1px solid $border; }
QFrame[role="popup"] QListView { background: $surface; border: none; outline: 0; }
QFrame[role="strip"] { background: $raised; border-radius: 6px; }
QFrame[role="strip"][tone="amber"] { background: $amber_surface; }
QFrame[role="strip"][tone="amber"] QLabel, QFrame[role="strip"][tone="amber"] QToolButton { color: $amber; }
QFrame[role="strip"][tone="red"] { background: $red_surface; }
QFrame[role="strip"][tone="red"] QLabel { color: $red; }
QFrame[role="rail"] { background: $raised; border: none; border-right: 1px solid $border; }

QFrame[role="numbers"] { border: 2px solid transparent; border-radius: 5px; }
QFrame[role="numbers"]:focus { border-color: $accent; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 3px 6px; }
QToolButton:hover { background: $raised; border-color: $border; }
QToolButton:checked { background: $raised; border-color: $border; }
QToolButton:focus { border: 2px solid $accent; padding: 2px 5px; }
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
QPushButton:focus { border: 2px solid $accent; padding: 4px 11px; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent; border-color: $text; }
QPushButton[role="primary"]:focus { border: 2px solid $text; padding: 4px 11px; }
QPushButton[role="primary"]:disabled { background: $raised; color: $muted; border-color: $border; }
QPushButton[role="danger"] { color: $red; border-color: $red; }
QPushButton[role="example"] { padding: 3px 10px; border-radius: 11px; }
QPushButton[role="example"]:focus { padding: 2px 9px; }
QPushButton[role="example"]:checked { background: $raised; border: 2px solid $accent; padding: 2px 9px; }
QPushButton[role="box"]:checked { background: $raised; border: 2px solid $accent; padding: 4px 11px; }
QPushButton[role="example"]:checked:focus, QPushButton[role="box"]:checked:focus { border-color: $text; }

QLineEdit, QPlainTextEdit, QComboBox, QTextBrowser {
  background: $surface; border: 1px solid $border; border-radius: 6px; padding: 4px 6px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus { border: 2px solid $accent; padding: 3px 5px; }
QPlainTextEdit[role="question"] { background: transparent; border: 1px solid transparent; }
QPlainTextEdit[role="question"]:focus { border: 2px solid $accent; }
QLineEdit[invalid="true"] { border: 1px solid $red; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { color: $muted; background: $window; }
QTextBrowser[role="answer"] { border: 1px solid transparent; padding: 3px; }
QTextBrowser[role="answer"]:focus { border: 2px solid $accent; padding: 2px; }
QComboBox { combobox-popup: 0; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url("$arrow"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border; outline: 0; padding: 2px; }

QCheckBox:focus, QRadioButton:focus { outline: none; }
QCheckBox, QRadioButton { padding: 2px 4px; border: 2px solid transparent; border-radius: 5px; spacing: 6px; }
QCheckBox:focus, QRadioButton:focus { border-color: $accent; }

QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $muted; border-radius: 8px;
  background: $surface; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 5px solid $accent; background: $surface; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $muted; border-radius: 4px; background: $surface; }
QCheckBox::indicator:checked { border-color: $accent; background: $accent; image: url("$check"); }

QProgressBar { background: $raised; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QTabBar::tab { background: transparent; padding: 6px 14px; border: 2px solid transparent; border-radius: 6px; }
QTabBar::tab:selected { background: $surface; border-color: $border; }
QTabBar::tab:focus:selected { border-color: $accent; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $border; }
QScrollArea, QWidget#drawer { background: transparent; border: none; }

QTableView { background: $surface; border: 1px solid $border; border-radius: 6px; gridline-color: transparent;
  selection-background-color: $accent; selection-color: $on_accent; outline: 0; }
QTableView:focus { border: 2px solid $accent; }
QTableView::item { padding: 3px 8px; border: none; }
QHeaderView { background: $surface; }
QHeaderView::section { background: $surface; color: $muted; border: none; border-bottom: 1px solid $border;
  padding: 6px 11px; }

QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 4px; min-height: 28px; min-width: 28px; margin: 2px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QToolTip { background: $surface; color: $text; border: 1px solid $border; padding: 4px; }
""")


def style_sheet(colours: Colours, points: float, arrow: str, check: str) -> str:
    """The application's style sheet. `points`: the size of the application's font, to which all others relate.
    `arrow`, `check`: pictures for combo and check boxes, as paths with forward slashes."""
    values = {name: value for name, value in vars(colours).items() if isinstance(value, str)}
    return _TEMPLATE.substitute(
        values, arrow=arrow, check=check, small=f"{points * 0.88:.2f}", title=f"{points * 1.35:.2f}"
    )
