"""All that works on a project: makes the parts, places them and connects them. Decides nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QMainWindow

from segstudio.controllers.error_words import told
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
from segstudio.controllers.toolbox import Toolbox
from segstudio.controllers.workspace import Workspace
from segstudio.ui.actions import Actions
from segstudio.ui.availability import Availability
from segstudio.ui.canvas.canvas import Canvas
from segstudio.ui.class_editing import ClassEditing
from segstudio.ui.class_panel import ClassPanel
from segstudio.ui.closing import Closing
from segstudio.ui.commands import connect_commands
from segstudio.ui.dialogs import Dialogs
from segstudio.ui.hints import Hints
from segstudio.ui.history_dock import HistoryDock
from segstudio.ui.image_panel import ImagePanel
from segstudio.ui.inference import InferenceUi
from segstudio.ui.job_bar import JobBar
from segstudio.ui.key_list import KeyList
from segstudio.ui.language import LanguageMenu
from segstudio.ui.menus import MenuName, Menus, fill_menus
from segstudio.ui.messages import MessageBar
from segstudio.ui.opening import Opening
from segstudio.ui.option_bar import OptionBar
from segstudio.ui.pages import Pages
from segstudio.ui.read_only_bar import ReadOnlyBar
from segstudio.ui.recent import add_recent, added_models, keep_model
from segstudio.ui.safety_bar import SafetyBar
from segstudio.ui.shown_image import ShownImage
from segstudio.ui.status import StatusBar
from segstudio.ui.theme import Theme
from segstudio.ui.tool_options import ModelBar, ViewBar
from segstudio.ui.view_options import ViewOptions
from segstudio.ui.welcome import WelcomePage
from segstudio.ui.work_parts import WorkParts
from segstudio.ui.work_reports import WorkReports

if TYPE_CHECKING:
    from segstudio.ui.project_work import ProjectWork

_THUMBNAIL_PIXELS: Final = 96


class Editor(QObject):
    """The parts of the window besides its start page.

    It is made in steps, none of which takes long, so that the window answers in between; nothing
    of it may be used before ``go_on`` has said that there are no more.

    Args:
        window: Where it is placed.
        pages: Gets the page of the image.
        welcome: Asks for what to open.
        menus: Get the commands.
        theme: Colours and icons.
        settings: Remembers what was open.
    """

    def __init__(
        self,
        window: QMainWindow,
        pages: Pages,
        welcome: WelcomePage,
        menus: Menus,
        theme: Theme,
        settings: QSettings,
    ) -> None:
        super().__init__(window)
        self._window, self._pages, self._welcome = window, pages, welcome
        self._menus, self._theme, self._settings = menus, theme, settings
        self.closing = Closing(self, window)
        self._work: ProjectWork | None = None
        self._steps = self._make()

    def go_on(self) -> bool:
        """Take the next step; returns whether there are more."""
        return next(self._steps, False)

    def _make(self) -> Iterator[bool]:
        for step in (
            self._make_controllers,
            self._make_canvas,
            self._make_commands,
            self._make_bars,
            self._make_option_bar,
            self._make_panels,
            self._place_parts,
            self._connect_parts,
        ):
            step()
            yield True

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

            self._work = ProjectWork(
                self.workspace, self.predict, self.review, self._theme, self._window
            )
            self._work.report_to(self.messages)
            self._work.queue.region_opened.connect(self.canvas.show_part)
            self._work.quality.errors.region_opened.connect(self.canvas.show_region)
        return self._work

    @property
    def made_work(self) -> "ProjectWork | None":
        """``work``, or None if it was not needed yet."""
        return self._work

    def prepare_work(self) -> None:
        """Make ``work`` before it is needed."""
        self.work  # noqa: B018 - makes it

    def draw_unseen(self) -> Iterator[None]:
        """Draw the bars and panels before they are shown, in steps that are short."""
        return self._work_parts.draw_unseen()

    def start_engine(self) -> None:
        """Start what is not needed to show the window."""
        self.predict.start_worker()
        if self.workspace.project is None:
            self.predict.find_models()

    # --- Making

    def _make_controllers(self) -> None:
        self.workspace = Workspace(self)
        self.toolbox = Toolbox(self.workspace, self)
        self.steps = HistorySteps(self.workspace, self)
        self.predict = PredictController(self.workspace, self, added=added_models(self._settings))
        self.predict.model_added.connect(lambda file: keep_model(self._settings, file))
        self.indexer = Indexer(self.workspace, self)
        self.images = ImageList(self.workspace, self.indexer, self)
        self.review = ReviewController(self.workspace, self.indexer, self)
        self.splits = SplitController(self.workspace, self)
        self.export = ExportController(self.workspace, self)
        self.imports = ImportController(self.workspace, self)
        self.sequence = SequenceController(self.workspace, self.toolbox, self)
        self.replace = ReplaceController(self.workspace, self.toolbox, self)
        self.thumbnails = Thumbnails(_THUMBNAIL_PIXELS, self)

    def _make_canvas(self) -> None:
        self.canvas = Canvas(self.toolbox, self._theme)
        self.messages = MessageBar(self._theme)
        self.safety = SafetyBar(self.workspace, self._theme)
        self.read_only_bar = ReadOnlyBar(self.workspace, self._theme)
        self.jobs = JobBar()
        self._pages.add_canvas(
            self.canvas,
            upper=(self.read_only_bar, self.safety, self.messages),
            lower=self.jobs,
        )
        self.inference = InferenceUi(
            self.workspace, self.predict, self.canvas, self.messages, self.jobs, self._window
        )
        self.opening = Opening(self.workspace, self.predict, self.messages, self._window)
        self.classes = ClassEditing(
            self.workspace,
            self._uses_all_labels,
            self.canvas,
            self.messages,
            self.jobs,
            self._window,
        )
        self.dialogs = Dialogs(
            self.workspace,
            self.toolbox,
            self.export,
            self.imports,
            self.splits,
            self.replace,
            self._window,
        )

    def _make_commands(self) -> None:
        self._hints = Hints(self)
        self.actions_by_name = Actions(self._window, self._theme)
        notes = self._hints.by_action()
        self.key_list = KeyList(self._window.actions(), notes, self._window)
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

    def _make_bars(self) -> None:
        actions = self.actions_by_name
        self.model_bar = ModelBar(self.predict, actions["run"], self._window)
        self._view_bar = ViewBar([actions["fit"], actions["full_size"]], self._window)
        self.status = StatusBar(self.workspace, self.review)
        self.view_options = ViewOptions(
            self.workspace, self.canvas, actions, self.status, self._theme, self._window
        )
        self._view_bar.addWidget(self.view_options.button)

    def _make_option_bar(self) -> None:
        beside = (self.model_bar, self._view_bar)
        self._option_bar = OptionBar(self.toolbox, beside, self._window)

    def _make_panels(self) -> None:
        self.image_panel = ImagePanel(
            self.workspace,
            self.images,
            self.review,
            self.indexer,
            self.thumbnails,
            self.actions_by_name["flag"],
            self._theme,
        )
        self.class_panel = ClassPanel(
            self.workspace, self.toolbox, self.classes.changes, self._theme
        )

    def _place_parts(self) -> None:
        self._work_parts = WorkParts(
            self._window,
            self.actions_by_name,
            (self.model_bar, self._option_bar, self._view_bar),
            self.class_panel,
            self.image_panel,
            self.status,
            self._theme,
        )
        self.history = HistoryDock(self.workspace, self.steps, self._theme, self._window)
        fill_menus(self._menus, self.actions_by_name, self._work_parts.toggles)
        languages = LanguageMenu(self._settings, self._window)
        languages.told.connect(self.messages.show_notice)
        self._menus[MenuName.VIEW].addSeparator()
        self._menus[MenuName.VIEW].addMenu(languages)

    def _connect_parts(self) -> None:
        connect_commands(self, self._window)
        workspace, canvas = self.workspace, self.canvas
        workspace.project_opening.connect(lambda: self.work)
        workspace.project_changed.connect(self._on_project_changed)
        workspace.label_set_changed.connect(lambda: canvas.set_label_set(workspace.label_set))
        workspace.label_set_changed.connect(
            lambda: self._work_parts.fit_classes(len(workspace.label_set))
        )
        ShownImage(workspace, canvas, self._pages, self.thumbnails, self.messages, self)
        workspace.document_changed.connect(self._show_flag)
        canvas.hovered.connect(self.status.show_pixel)
        canvas.preview_changed.connect(self.status.show_selection)
        canvas.zoom_changed.connect(self.status.show_zoom)
        canvas.class_picked.connect(self.toolbox.choose_class)
        self.class_panel.edit_requested.connect(self.classes.choose)
        self.class_panel.hidden_changed.connect(canvas.set_hidden_classes)
        self._view_bar.opacity_changed.connect(canvas.set_opacity)
        self.toolbox.changed.connect(self._show_tool)
        for page in (self._welcome, self.image_panel):
            page.open_requested.connect(self.opening.ask_images)
        self.image_panel.done.connect(canvas.setFocus)
        self.review.changed.connect(self._show_flag)
        self._welcome.sample_requested.connect(workspace.open_sample)
        self._welcome.recent_requested.connect(workspace.open)
        for part in (
            workspace,
            self.steps,
            self.export,
            self.sequence,
            self.replace,
            canvas,
        ):
            part.failed.connect(self.messages.show_error)
        self.class_panel.failed.connect(lambda error: self.messages.show_notice(told(error)))
        self.toolbox.class_needed.connect(self._on_class_needed)
        self.toolbox.refused.connect(lambda error: self.messages.show_notice(told(error)))
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
        self.dialogs.export.choose(format_name)
        self.dialogs.export.show()

    def flag_image(self) -> None:
        """Flag the open image and ask for a note, or take the flag back."""
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
            self._window.setWindowTitle(f"{project.name} - segstudio")
            add_recent(self._settings, project.image_root)
            if self._pages.shows_welcome:
                self._work_parts.show()
        self.messages.hide()

    def _on_class_needed(self) -> None:
        self.messages.show_notice(
            self.tr("There is only the background yet. Add a class to paint it."),
            self.tr("Add class"),
            self.class_panel.add_class,
        )

    def _show_flag(self, *_: object) -> None:
        self.actions_by_name["flag"].setChecked(self.review.is_flagged)

    def _show_tool(self) -> None:
        self.actions_by_name[self.toolbox.tool.value].setChecked(True)
        self.status.show_hint(self._hints.of(self.toolbox.tool))
