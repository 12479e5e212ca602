"""What a run of a prompt set is made of: the set, the two models, repeats; and its buttons."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QMenu, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.exports import EXPORTS
from weighin.core.prompts.prompt_set import PromptSet, StoredRun
from weighin.core.runs.options import whole
from weighin.core.safe_text import safe_name
from weighin.ui.options.option_field import OptionField
from weighin.ui.replay.bundle_controller import BUNDLE
from weighin.ui.widgets.elided_combo_box import ElidedComboBox
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.focus import holds_focus
from weighin.ui.widgets.label import FlowingLabel
from weighin.ui.widgets.lane_chips import lane_chip
from weighin.ui.widgets.section import button

MOST_SAMPLES = 100
_LETTERS = 60
_SAMPLES = "How often each prompt is asked, each time with another seed. Needs a temperature above 0."


class SetBar(QWidget):
    """Only shows and asks. `set_chosen`: another set was chosen; `get_wanted`: GSM8K shall be got; `save_wanted`: the
    set shall go to a file; `export_wanted` carries the format in which the results shall."""

    set_chosen = Signal()
    run_wanted = Signal()
    stop_wanted = Signal()
    resume_wanted = Signal()
    edit_wanted = Signal()
    new_wanted = Signal()
    import_wanted = Signal()
    get_wanted = Signal()
    save_wanted = Signal()
    mark_wanted = Signal()
    delete_wanted = Signal()
    export_wanted = Signal(str)
    compare_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sets: tuple[PromptSet, ...] = ()
        self.choice = ElidedComboBox()
        self.choice.setAccessibleName("Prompt set of this page")
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choice.setMaximumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)
        self.edit = _button("Edit set", "Edit this prompt set", self.edit_wanted)
        self.more = QPushButton("More")
        self.more.setAccessibleName("More for this prompt set")
        self.run = _button("Run", "Run this prompt set on both models", self.run_wanted, "primary")
        self.stop = _button("Stop", "Stop this run; answers are kept", self.stop_wanted)
        self.resume = _button("Resume", "Resume this run with the prompts that are left", self.resume_wanted)
        self.export = QPushButton("Export")
        self.export.setAccessibleName("Export this run of the prompt set")
        self.samples = OptionField("Samples", _SAMPLES, _samples, "prompt set")
        self.samples.set_text("1")
        self._names = {label: FlowingLabel() for label in "AB"}
        self.change = button("Change on Compare", "Choose other models on the Compare page", "link")
        self.change.clicked.connect(self.compare_wanted)
        self._arrange()
        self.choice.currentIndexChanged.connect(self.set_chosen)

    @property
    def chosen(self) -> PromptSet | None:
        """The set that is chosen; None where a run is shown of which there is no set any more."""
        number = self.choice.currentIndex()
        return self._sets[number] if 0 <= number < len(self._sets) else None

    @property
    def sets(self) -> tuple[PromptSet, ...]:
        """All that can be chosen."""
        return self._sets

    @property
    def shows_stop(self) -> bool:
        """Whether a run is shown to go on."""
        return not self.stop.isHidden()

    @property
    def models(self) -> tuple[str, ...]:
        """The names that are shown."""
        return tuple(label.text() for label in self._names.values())

    def show_sets(self, sets: tuple[PromptSet, ...], wanted: str = "") -> None:
        """Offer these. wanted: id of the one to show, "" for the one that is shown already."""
        current, had = self.chosen, bool(self._sets)
        wanted = wanted or (current.id if current else "")
        self._sets = sets
        self.choice.blockSignals(True)
        self.choice.clear()
        for one in sets:
            self.choice.addItem(f"{safe_name(one.name, 60)} · {format.plural(len(one.prompts), 'prompt')}")
        # Where no set is shown but a run, that stays so.
        other = -1 if had and current is None and not wanted else 0
        found = next((number for number, one in enumerate(sets) if one.id == wanted), other)
        self.choice.setCurrentIndex(found if sets else -1)
        self.choice.blockSignals(False)
        self.set_chosen.emit()

    def choose(self, identifier: str) -> None:
        """Choose a set by its id; "" for none: a run is shown of which there is no set any more."""
        found = next((number for number, one in enumerate(self._sets) if one.id == identifier), -1)
        self.choice.setCurrentIndex(found)

    def call_it(self, name: str) -> None:
        """What stands in place of a set where none is chosen."""
        self.choice.setPlaceholderText(safe_name(name, 60))

    def show_models(self, names: tuple[str, str]) -> None:
        """The models of the lanes, "" for none."""
        for label, name in zip("AB", names, strict=True):
            self._names[label].say(name or "No model")
            self._names[label].setAccessibleName(f"Model {label}: {name or 'none'}")

    def show_state(self, stored: StoredRun | None, running: bool, busy: bool) -> None:
        """Which buttons make sense. stored: the run that is shown; running: a set is run; busy: something is."""
        at = next((one for one in (self.run, self.stop, self.resume) if holds_focus(one)), None)
        chosen = self.chosen
        self.run.setEnabled(bool(chosen and chosen.prompts) and not busy)
        self.run.setVisible(not running)
        self.stop.setVisible(running)
        # What came in a bundle is none of the runs that are kept here.
        left = not running and stored is not None and bool(stored.run.id and stored.missing)
        self.resume.setVisible(left)
        self.resume.setEnabled(not busy)
        self.export.setVisible(stored is not None and bool(stored.results) and not running)
        self.edit.setEnabled(chosen is not None)
        self.edit.setText("Copy and edit" if chosen and chosen.builtin else "Edit set")
        self.delete.setEnabled(chosen is not None and not chosen.builtin)
        self.save.setEnabled(chosen is not None)
        self.mark.setEnabled(stored is not None and not busy)
        self.samples.setEnabled(not running)
        if at is not None and (at.isHidden() or not at.isEnabled()):
            # Who has just pressed Run finds Stop under the same finger, and Run again at the end.
            next(one for one in (self.stop, self.run, self.choice) if not one.isHidden() and one.isEnabled()).setFocus()

    def _arrange(self) -> None:
        menu = QMenu(self)
        for text, signal in (("New set…", self.new_wanted), ("Import prompts…", self.import_wanted)):
            menu.addAction(text).triggered.connect(signal)
        self.get = menu.addAction("Download GSM8K (1 MB)")
        self.get.triggered.connect(self.get_wanted)
        self.save = menu.addAction("Save set to a file…")
        self.delete = menu.addAction("Delete set")
        self.mark = menu.addAction("Mark unmarked answers")
        self.mark.triggered.connect(self.mark_wanted)
        self.save.triggered.connect(self.save_wanted)
        self.delete.triggered.connect(self.delete_wanted)
        self.more.setMenu(menu)
        kinds = QMenu(self)
        for kind, words in {BUNDLE: "Bundle", **EXPORTS}.items():
            kinds.addAction(f"{words}…").triggered.connect(lambda _=False, which=kind: self.export_wanted.emit(which))
        self.export.setMenu(kinds)
        buttons = QWidget()
        flow = FlowLayout(buttons)
        for part in (self.choice, self.run, self.stop, self.resume, self.edit, self.more, self.export):
            flow.addWidget(part)
        models = QWidget()
        line = FlowLayout(models)
        for label, name in self._names.items():
            line.addWidget(lane_chip(label))
            line.addWidget(name)
        line.addWidget(self.change)
        line.addWidget(self.samples)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(buttons)
        layout.addWidget(models)


def _samples(text: str) -> object:
    value = whole(text)
    if not isinstance(value, int) or not 1 <= value <= MOST_SAMPLES:
        raise AppError(f"A whole number from 1 to {MOST_SAMPLES}.", kind="options")
    return value


def _button(text: str, name: str, signal: object, role: str = "") -> QPushButton:
    made = button(text, name, role)
    made.clicked.connect(signal)
    return made
