"""The window: makes the parts, places them and connects them. It decides nothing."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox

from segstudio.controllers.export import ExportController
from segstudio.controllers.history_steps import HistorySteps
from segstudio.controllers.image_list import ImageList
from segstudio.controllers.import_labels import ImportController
from segstudio.controllers.indexer import Indexer
from segstudio.controllers.predict import PredictController
from segstudio.controllers.replace import ReplaceController
from segstudio.controllers.review import ReviewController
from segstudio.controllers.sequence import SequenceController
from segstudio.controllers.splits import SplitController
from segstudio.controllers.thumbnails import Thumbnails
from segstudio.controllers.toolbox import Toolbox, ToolName
from segstudio.controllers.workspace import Workspace
from segstudio.core.pyramid import ReducedImage
from segstudio.document.document import Document
from segstudio.errors import SegStudioError
from segstudio.ui.actions import Actions
from segstudio.ui.availability import Availability
from segstudio.ui.canvas.canvas import Canvas
from segstudio.ui.class_editing import ClassEditing
from segstudio.ui.class_panel import ClassPanel
from segstudio.ui.hints import Hints
from segstudio.ui.image_panel import ImagePanel
from segstudio.ui.inference import InferenceUi
from segstudio.ui.job_bar import JobBar
from segstudio.ui.key_list import KeyList
from segstudio.ui.menus import build_menus
from segstudio.ui.messages import MessageBar
from segstudio.ui.opening import Opening, local_paths
from segstudio.ui.option_bar import OptionBar
from segstudio.ui.pages import Pages
from segstudio.ui.read_only_bar import ReadOnlyBar
from segstudio.ui.recent import add_recent, recent_folders
from segstudio.ui.safety_bar import SafetyBar
from segstudio.ui.status import StatusBar
from segstudio.ui.theme import Theme
from segstudio.ui.tool_options import ModelBar, ViewBar
from segstudio.ui.view_options import ViewOptions
from segstudio.ui.welcome import WelcomePage
from segstudio.ui.work_parts import WorkParts
from segstudio.ui.work_reports import WorkReports

if TYPE_CHECKING:
    from segstudio.ui.export_dialog import ExportDialog
    from segstudio.ui.import_dialog import ImportDialog
    from segstudio.ui.project_work import ProjectWork
    from segstudio.ui.replace_dialog import ReplaceDialog
    from segstudio.ui.split_dialog import SplitDialog

_THUMBNAIL_PIXELS: Final = 96
_FACTOR: Final = 1.25


class _Part(Protocol):
    """What stops its threads when the window closes."""

    def shut_down(self) -> None: ...


class MainWindow(QMainWindow):
    """The one window of the app.

    Args:
        theme: Colours and icons.
        settings: Where the window remembers its place and what was open.
    """

    def __init__(self, theme: Theme, settings: QSettings) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self.workspace = Workspace(self)
        self.toolbox = Toolbox(self.workspace, self)
        self.steps = HistorySteps(self.workspace, self)
        self.predict = PredictController(self.workspace, self)
        self.indexer = Indexer(self.workspace, self)
        self.images = ImageList(self.workspace, self.indexer, self)
        self.review = ReviewController(self.workspace, self.indexer, self)
        self.splits = SplitController(self.workspace, self)
        self.export = ExportController(self.workspace, self)
        self.imports = ImportController(self.workspace, self)
        self.sequence = SequenceController(self.workspace, self.toolbox, self)
        self.replace = ReplaceController(self.workspace, self.toolbox, self)
        self._work: ProjectWork | None = None
        self.thumbnails = Thumbnails(_THUMBNAIL_PIXELS, self)
        self.canvas = Canvas(self.toolbox, theme)
        self.messages = MessageBar(theme)
        self.safety = SafetyBar(self.workspace, theme)
        self.read_only_bar = ReadOnlyBar(self.workspace, theme)
        self.jobs = JobBar()
        self.inference = InferenceUi(
            self.workspace, self.predict, self.canvas, self.messages, self.jobs, self
        )
        self.opening = Opening(self.workspace, self.predict, self.messages, self)
        self.classes = ClassEditing(
            self.workspace, self._uses_all_labels, self.canvas, self.messages, self.jobs, self
        )
        self._hints = Hints(self)
        self.actions_by_name = Actions(self, theme)
        notes = self._hints.by_action()
        self.key_list = KeyList(self.actions(), notes, self)
        self._build()
        self._availability = Availability(
            self.actions_by_name,
            notes,
            self.workspace,
            self.predict,
            self.inference.all,
            self.export,
            self.replace,
            self,
        )
        self._connect_actions()
        self._connect_parts()
        self.resize(1280, 800)
        self.setAcceptDrops(True)
        self.setMinimumSize(800, 560)

    @property
    def is_idle(self) -> bool:
        """Whether nothing that the user would wait for is under way."""
        return (
            self.workspace.is_idle
            and self.steps.is_idle
            and self.predict.is_idle
            and self.inference.is_idle
            and (self._work is None or self._work.is_idle)
            and self.thumbnails.is_idle
            and self.canvas.is_settled
            and self.indexer.is_idle
            and self.images.is_idle
            and not self.export.is_running
            and self.imports.is_idle
            and not self.sequence.is_running
            and not self.replace.is_running
            and not self.classes.changes.is_running
            and not self.classes.changes.colors.is_running
            and not self.splits.is_running
        )

    def _uses_all_labels(self) -> bool:
        """Whether something reads or writes the labels of many images."""
        return (
            self.predict.is_running
            or self.inference.all.is_running
            or self.work.uses_all_labels
            or self.export.is_running
            or not self.imports.is_idle
            or self.sequence.is_running
            or self.replace.is_running
        )

    @property
    def work(self) -> "ProjectWork":
        """What is done with a project as a whole; made with the first project."""
        if self._work is None:
            from segstudio.ui.project_work import ProjectWork

            self._work = ProjectWork(self.workspace, self.predict, self.review, self._theme, self)
            self._work.failed.connect(self.messages.show_error)
            self._work.queue.region_opened.connect(self.canvas.show_part)
            self._work.quality.errors.region_opened.connect(self.canvas.show_region)
        return self._work

    # Dialogs are made when they are first asked for: the window opens sooner without them.

    @cached_property
    def export_dialog(self) -> "ExportDialog":
        """Asks for the format and the folder of an export."""
        from segstudio.ui.export_dialog import ExportDialog

        dialog = ExportDialog(self.workspace, self)
        dialog.chosen.connect(self.export.run)
        return dialog

    @cached_property
    def import_dialog(self) -> "ImportDialog":
        """Looks at label files and imports them."""
        from segstudio.ui.import_dialog import ImportDialog

        return ImportDialog(self.imports, self.workspace, self)

    @cached_property
    def split_dialog(self) -> "SplitDialog":
        """Shows and changes which images train, validate and test."""
        from segstudio.ui.split_dialog import SplitDialog

        return SplitDialog(self.splits, self.workspace, self)

    @cached_property
    def replace_dialog(self) -> "ReplaceDialog":
        """Replaces a class in all images."""
        from segstudio.ui.replace_dialog import ReplaceDialog

        return ReplaceDialog(self.replace, self.workspace, self.toolbox, self)

    def restore_place(self) -> None:
        """Put the window where it was when it was last closed."""
        if geometry := self._settings.value("geometry"):
            self.restoreGeometry(geometry)

    # --- Building

    def _build(self) -> None:
        actions = self.actions_by_name
        self.welcome = WelcomePage(self._theme)
        self.welcome.show_recent(recent_folders(self._settings))
        self.pages = Pages(
            self.welcome,
            self.canvas,
            upper=(self.read_only_bar, self.safety, self.messages),
            lower=self.jobs,
        )
        self.setCentralWidget(self.pages)
        self.model_bar = ModelBar(self.predict, actions["run"], self)
        self._option_bar = OptionBar(self.toolbox, self)
        self._view_bar = ViewBar([actions["fit"], actions["full_size"]], self)
        self.image_panel = ImagePanel(
            self.workspace,
            self.images,
            self.review,
            self.indexer,
            self.thumbnails,
            actions["flag"],
            self._theme,
        )
        self.class_panel = ClassPanel(
            self.workspace, self.toolbox, self.classes.changes, self._theme
        )
        self._work_parts = WorkParts(
            self,
            actions,
            (self.model_bar, self._option_bar, self._view_bar),
            self.class_panel,
            self.image_panel,
        )
        self.status = StatusBar(self.workspace, self.review)
        self.setStatusBar(self.status)
        self.view_options = ViewOptions(
            self.workspace, self.canvas, actions, self.status, self._theme, self
        )
        self._view_bar.addWidget(self.view_options.button)
        build_menus(self, actions, self._work_parts.toggles)

    def _connect_actions(self) -> None:
        canvas, toolbox, workspace = self.canvas, self.toolbox, self.workspace
        slots: dict[str, Callable[[], object]] = {
            "open": self.opening.ask_images,
            "open_sample": workspace.open_sample,
            "add_model": self.opening.ask_model,
            "save": workspace.save,
            "import": lambda: self.import_dialog.show(),
            "export": lambda: self.export_dialog.show(),
            "quit": self.close,
            "copy_previous": self.sequence.copy_previous,
            "interpolate": self.sequence.interpolate,
            "replace_all": lambda: self.replace_dialog.show(),
            "splits": lambda: self.split_dialog.show(),
            "edit_classes": lambda: self.classes.dialog.show(),
            "keys": self.key_list.show,
            "undo": self.steps.undo,
            "redo": self.steps.redo,
            "next": lambda: workspace.step(1),
            "previous": lambda: workspace.step(-1),
            "fit": canvas.fit,
            "full_size": canvas.zoom_to_full_size,
            "zoom_in": lambda: canvas.zoom_by(_FACTOR),
            "zoom_out": lambda: canvas.zoom_by(1 / _FACTOR),
            "run": self.predict.run,
            "run_all": self.inference.ask_run_all,
            "next_uncertain": self.inference.uncertainty.next_region,
            "train": lambda: self.work.train_dock.toggle(),
            "statistics": lambda: self.work.quality.show_statistics(),
            "compare_labels": lambda: self.work.quality.show_comparison(),
            "label_errors": lambda: self.work.quality.toggle_errors(),
            "approve": self.review.approve_and_go_on,
            "unapprove": lambda: self.review.set_approved(is_approved=False),
            "next_unreviewed": self.review.open_next,
            "flag": self._flag,
            **{name: partial(toolbox.set_tool, name) for name in ToolName},
            "smaller": lambda: toolbox.grow(-1),
            "larger": lambda: toolbox.grow(1),
            "rule": toolbox.next_rule,
            "swap": toolbox.swap_with_background,
        }
        for name, slot in slots.items():
            self.actions_by_name[name].triggered.connect(lambda _checked=False, slot=slot: slot())
        self.actions_by_name["heat"].toggled.connect(self.inference.uncertainty.set_shown)
        self.actions_by_name["minimap"].setChecked(True)
        self.actions_by_name["minimap"].toggled.connect(canvas.minimap.set_wanted)
        for digit in range(10):
            action = QAction(self)
            action.setShortcut(str(digit))
            action.triggered.connect(
                lambda _checked=False, digit=digit: toolbox.choose_class(digit)
            )
            self.addAction(action)

    def _connect_parts(self) -> None:
        workspace, canvas = self.workspace, self.canvas
        workspace.project_opening.connect(lambda: self.work)
        workspace.project_changed.connect(self._on_project_changed)
        workspace.label_set_changed.connect(lambda: canvas.set_label_set(workspace.label_set))
        workspace.document_changed.connect(self._on_document_changed)
        workspace.image_opening.connect(self._on_image_opening)
        workspace.image_previewed.connect(self._on_image_previewed)
        workspace.image_failed.connect(self._on_image_failed)
        canvas.hovered.connect(self.status.show_pixel)
        canvas.preview_changed.connect(self.status.show_selection)
        canvas.zoom_changed.connect(self.status.show_zoom)
        canvas.class_picked.connect(self.toolbox.choose_class)
        self.class_panel.edit_requested.connect(self.classes.choose)
        self.class_panel.hidden_changed.connect(canvas.set_hidden_classes)
        self._view_bar.opacity_changed.connect(canvas.set_opacity)
        self.toolbox.changed.connect(self._show_tool)
        for page in (self.welcome, self.image_panel):
            page.open_requested.connect(self.opening.ask_images)
        self.image_panel.done.connect(canvas.setFocus)
        self.review.changed.connect(self._show_flag)
        self.welcome.sample_requested.connect(workspace.open_sample)
        self.welcome.recent_requested.connect(workspace.open)
        for part in (
            workspace,
            self.steps,
            self.export,
            self.sequence,
            self.replace,
            canvas,
        ):
            part.failed.connect(self.messages.show_error)
        self.class_panel.failed.connect(lambda error: self.messages.show_notice(error.sentence))
        self.toolbox.class_needed.connect(self._on_class_needed)
        self.toolbox.refused.connect(lambda error: self.messages.show_notice(error.sentence))
        self.predict.model_loaded.connect(self.status.show_engine)
        self.predict.predicted.connect(
            lambda note: self.status.show_engine(note.model, note.milliseconds)
        )
        reports = WorkReports(
            self.jobs,
            self.messages,
            workspace,
            self.predict,
            self.sequence,
            self.replace,
            self.export,
            self,
        )
        reports.export_wanted.connect(self._show_export_as)
        reports.undo_wanted.connect(self.steps.undo)
        self._show_tool()

    # --- What the user asks for

    def _show_export_as(self, format_name: str) -> None:
        self.export_dialog.choose(format_name)
        self.export_dialog.show()

    def _flag(self) -> None:
        is_flagged = not self.review.is_flagged
        self.review.set_flagged(is_flagged=is_flagged)
        if is_flagged:
            self._work_parts.show_images()
            self.image_panel.note.ask()
        self._show_flag()

    # --- What happened

    def _on_project_changed(self) -> None:
        project = self.workspace.project
        if project is not None:
            self.setWindowTitle(f"{project.name} - segstudio")
            add_recent(self._settings, project.image_root)
            if self.pages.shows_welcome:
                self._work_parts.show()
        self.messages.hide()

    def _on_document_changed(self, document: Document | None) -> None:
        if document is not None:
            self.thumbnails.go_on()
            self.pages.show_canvas()
            self.canvas.setFocus()
        self.canvas.set_document(document)
        self._show_flag()

    def _on_image_opening(self, _key: str) -> None:
        self.thumbnails.hold()
        self.messages.hide_notice()
        self.canvas.show_first(None)

    def _on_image_previewed(self, _key: str, reduced: ReducedImage) -> None:
        self.pages.show_canvas()
        self.canvas.show_first(reduced)

    def _on_class_needed(self) -> None:
        self.messages.show_notice(
            self.tr("There is only the background yet. Add a class to paint it."),
            self.tr("Add class"),
            self.class_panel.add_class,
        )

    def _on_image_failed(self, _key: str, error: SegStudioError) -> None:
        self.thumbnails.go_on()
        self.pages.show_problem(error.sentence)

    def _show_flag(self) -> None:
        self.actions_by_name["flag"].setChecked(self.review.is_flagged)

    def _show_tool(self) -> None:
        self.actions_by_name[self.toolbox.tool.value].setChecked(True)
        self.status.show_hint(self._hints.of(self.toolbox.tool))

    # --- The window itself

    def showEvent(self, event: QShowEvent) -> None:
        """Start what is not needed to show the window."""
        super().showEvent(event)
        QTimer.singleShot(0, self._start_engine)

    def _start_engine(self) -> None:
        self.predict.start_worker()
        if self.workspace.project is None:
            self.predict.find_models()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept local files and folders."""
        if local_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the images or folder that were dropped; add models to the dropdown."""
        self.opening.open_dropped(local_paths(event.mimeData()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save, and ask only if something could not be saved."""
        self.image_panel.note.keep()
        if self.classes.changes.is_changing:
            self.classes.changes.cancel()
        self.workspace.flush()
        if self.workspace.has_unsaved_work and not self._may_lose_work():
            event.ignore()
            return
        self._settings.setValue("geometry", self.saveGeometry())
        for part in self._closing_order():
            part.shut_down()
        event.accept()

    def _may_lose_work(self) -> bool:
        error = self.workspace.save_error
        answer = QMessageBox.warning(
            self,
            self.tr("Labels are not saved"),
            self.tr("The labels of %d images could not be saved. %s\n\nClose and lose them?")
            % (len(self.workspace.unsaved_keys), error.sentence if error else ""),
            QMessageBox.StandardButton.Close | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        return answer == QMessageBox.StandardButton.Close

    def _closing_order(self) -> tuple[_Part, ...]:
        # What works on the project ends before the workspace, which writes what they hand to it.
        return (
            self.steps,
            self.sequence,
            self.replace,
            self.classes.changes,
            self.splits,
            *([self._work] if self._work is not None else []),
            self.images,
            self.indexer,
            self.export,
            self.imports,
            self.inference,
            self.predict,
            self.thumbnails,
            self.canvas,
            self.workspace,
        )
