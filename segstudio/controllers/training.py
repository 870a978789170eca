"""Training from the window: start a run, follow it, pause it, find it again after a restart."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from segstudio.controllers.error_words import told
from segstudio.controllers.followed_runs import (
    Look,
    Pace,
    RunState,
    Sheet,
    add_known,
    followed_runs,
    last_line,
    look_at,
    read_sheet,
    runs_and_wanted,
)
from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.run_start import begun_run, go_on_with, remove_run
from segstudio.controllers.trainer_process import (
    INSTALL_COMMAND,
    kill,
    missing_packages,
)
from segstudio.controllers.user_error import as_user_error
from segstudio.controllers.workspace import Workspace
from segstudio.core.run_history import History
from segstudio.core.training_request import TrainingRequest
from segstudio.errors import SegStudioError
from segstudio.storage.event_tail import EventTail
from segstudio.storage.processes import ProcessMark
from segstudio.storage.project import Project
from segstudio.storage.training_runs import TrainingRun

_POLL_MS: Final = 300
_CANCEL: Final = "cancel"


class TrainingController(QObject):
    """Runs ``trainer`` for the open project, one run at a time.

    The process is detached: it goes on when the window is closed, and is found again when the
    project is opened.

    Attributes:
        run: The run that is shown, or None.
        runs: All runs of the project, the newest first.
        state: What the shown run does.
        history: What happened in it.
        pace: How it gets on.
        problem: Why it failed, or an empty string.
        log_end: What its trainer printed last, once that has ended.

    Signals:
        changed: ``state``, ``history``, ``pace``, ``log_end`` or ``read_only`` changed.
        run_changed: Another run is shown.
        runs_changed: ``runs`` changed.
        ended: The ``TrainingRun`` that has just finished.
        failed: A ``SegStudioError`` to tell the user.
        histories_read: The ``FollowedRun``s that ``read_histories`` found.
        picture_read: The ``Sheet`` that ``read_picture`` found.
    """

    changed = Signal()
    run_changed = Signal()
    runs_changed = Signal()
    ended = Signal(object)
    failed = Signal(object)
    histories_read = Signal(object)
    picture_read = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._pool = Pool(1, self)
        self._timer = QTimer(self, singleShot=True, interval=_POLL_MS)
        self._timer.timeout.connect(self._look)
        self._tail: EventTail | None = None
        self._mark: ProcessMark | None = None
        self._job: Job | None = None
        self._look_job: Job | None = None
        self._give_up = threading.Event()
        self._asked = ""
        self._was_busy = False
        self._is_exporting = False
        self._exit_code: int | None = None
        self.log_end = ""
        self.run: TrainingRun | None = None
        self.runs: list[TrainingRun] = []
        self.state = RunState.NONE
        self.history = History()
        self.pace = Pace()
        self.problem = ""
        workspace.project_changed.connect(self._on_project_changed)
        workspace.read_only_changed.connect(self.changed)

    @property
    def read_only(self) -> SegStudioError | None:
        """Why nothing can be trained in this project, or None if it can."""
        return self._workspace.read_only

    @property
    def project(self) -> Project | None:
        """The open project."""
        return self._workspace.project

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not installed that training needs."""
        return missing_packages()

    @property
    def is_busy(self) -> bool:
        """Whether a run is being prepared or trains."""
        return self.state.is_busy

    @property
    def is_elsewhere(self) -> bool:
        """Whether the shown run is, or was last, trained on another computer."""
        return self._mark is not None and not self._mark.is_here

    def start(self, request: TrainingRequest) -> None:
        """Freeze the labels as they are now and train on them; what happens comes by signals."""
        if self.is_busy or not self._workspace.store.may_write(self.failed.emit):
            return
        project = self._workspace.store.freeze_splits()
        if project is None:
            return
        if missing := self.missing:
            self.failed.emit(
                SegStudioError(
                    f"Training needs {', '.join(missing)}, which is not installed",
                    hint=f"Install it with: {INSTALL_COMMAND}",
                )
            )
            return
        self._forget_run()
        self._give_up = give_up = threading.Event()
        self._set_state(RunState.PREPARING)
        self.run_changed.emit()
        # What the user has just painted takes part.
        self._workspace.autosave.when_saved(lambda: self._prepare(project, request, give_up))

    def resume(self) -> None:
        """Go on with the shown run where it was."""
        run, project = self.run, self._workspace.project
        if run is None or project is None or self.is_busy:
            return
        if not self._workspace.store.may_write(self.failed.emit):
            return

        def begin(_cancelled: threading.Event) -> tuple[TrainingRun, ProcessMark]:
            return run, go_on_with(run, project)

        self._asked = ""
        self._give_up = threading.Event()
        self._set_state(RunState.PREPARING)
        self._begin(begin, is_shown=True)

    def pause(self) -> None:
        """Ask the run to save and end, to go on later."""
        self._ask("pause")

    def finish(self) -> None:
        """Ask the run to end now, and to make a model of its best weights."""
        self._ask("finish")

    def stop_at_once(self) -> None:
        """End what runs without waiting for it; what came after the last checkpoint is lost.

        A run that has trained can go on; of one that has not yet, nothing is left.
        """
        if not self.is_busy or not self._workspace.store.may_write(self.failed.emit):
            return
        if self._mark is None or self._job is not None:
            self._give_up.set()
            if self.run is None:
                self._leave()
                self._find_runs()
            else:  # it goes on in a moment, and is ended then
                self._set_state(RunState.ENDING)
        elif self.is_elsewhere:
            text = self.tr("This run trains on another computer")
            self.failed.emit(SegStudioError(text, hint=self.tr("Pause it, or stop it there")))
        else:
            self._asked = _CANCEL
            kill(self._mark)
            self._set_state(RunState.ENDING)

    def show(self, run: TrainingRun) -> None:
        """Show another run, unless one trains: that one is followed."""
        if run == self.run or self.is_busy:
            return
        self._forget_run()
        self._attach(run, run.read_process())
        self.run_changed.emit()

    def read_histories(self) -> None:
        """Read what happened in all runs, in the background."""
        project = self._workspace.project
        if project is not None:
            job = Job(lambda _cancelled: followed_runs(project), self)
            job.succeeded.connect(self.histories_read)
            job.failed.connect(lambda error: self.failed.emit(as_user_error(error)))
            job.start(self._pool)

    def read_picture(self, run: TrainingRun, names: Sequence[str], known: Path | None) -> None:
        """Read the last of some pictures of a run, unless it is known, in the background."""

        def tell(sheet: Sheet | None) -> None:
            if sheet is not None and run == self.run:
                self.picture_read.emit(sheet)

        if names:
            job = Job(lambda _cancelled: read_sheet(run, names, known), self)
            job.succeeded.connect(tell)
            job.start(self._pool)

    def write_note(self, run: TrainingRun, text: str) -> None:
        """Keep what the user says about a run."""
        if not self._workspace.store.may_write(self.failed.emit):
            return
        job = Job(lambda _cancelled: run.write_note(text), self)
        job.succeeded.connect(lambda _none: self.read_histories())
        job.failed.connect(lambda error: self.failed.emit(as_user_error(error)))
        job.start(self._pool)

    def shut_down(self) -> None:
        """Stop following; the process goes on."""
        self._timer.stop()
        self._job = None  # a run that was asked for still begins
        if self._look_job is not None:
            self._look_job.cancel()
        self._pool.shut_down()

    # --- Beginning

    def _prepare(
        self, project: Project, request: TrainingRequest, give_up: threading.Event
    ) -> None:
        if give_up.is_set():
            return

        def begin(_cancelled: threading.Event) -> tuple[TrainingRun, ProcessMark] | None:
            return begun_run(project, request, give_up)

        # Another project may have been opened while what was painted was saved.
        self._begin(begin, is_shown=self.state is RunState.PREPARING and give_up is self._give_up)

    def _begin(self, begin: Callable[[threading.Event], object], *, is_shown: bool) -> None:
        job = Job(begin, self)
        if is_shown:
            self._job = job
        # What was left alone, for another project or the end of the program, begins all the same.
        job.succeeded.connect(lambda begun: self._on_begun(begun) if job is self._job else None)
        job.failed.connect(lambda error: self._on_begin_failed(error) if job is self._job else None)
        job.start(self._pool)

    def _on_begun(self, begun: tuple[TrainingRun, ProcessMark]) -> None:
        self._job = None
        run, mark = begun
        self._attach(run, mark)
        self._set_state(RunState.PREPARING)
        self.run_changed.emit()
        self._find_runs()
        if self._give_up.is_set():
            self.stop_at_once()

    def _on_begin_failed(self, error: Exception) -> None:
        self._job = None
        user_error = as_user_error(error)
        self.problem = told(user_error)
        self._set_state(RunState.FAILED if self.run else RunState.NONE)
        self.failed.emit(user_error)
        self._find_runs()  # the last one is shown again

    def _ask(self, word: str) -> None:
        run = self.run
        if run is None or not self.is_busy:
            return
        if not self._workspace.store.may_write(self.failed.emit):
            return
        self._asked = word
        job = Job(lambda _cancelled: run.ask(word), self)
        job.failed.connect(lambda error: self.failed.emit(as_user_error(error)))
        job.start(self._pool)
        self._set_state(RunState.ENDING)

    # --- Following

    @Slot()
    def _on_project_changed(self) -> None:
        self.runs = []
        self._leave()
        self._find_runs()

    def _leave(self) -> None:
        """Show no run; what begins or trains goes on by itself."""
        self._job = None
        self._forget_run()
        self._set_state(RunState.NONE)
        self.run_changed.emit()

    def _find_runs(self) -> None:
        project = self._workspace.project
        if project is None:
            return

        job = Job(lambda _cancelled: (project, *runs_and_wanted(project)), self)
        job.succeeded.connect(self._on_runs_found)
        job.failed.connect(lambda error: self.failed.emit(as_user_error(error)))
        job.start(self._pool)

    @Slot(object)
    def _on_runs_found(self, found: tuple[Project, list[TrainingRun], TrainingRun | None]) -> None:
        project, self.runs, wanted = found
        current = self._workspace.project
        if current is None or current.folder != project.folder:
            return
        self.runs_changed.emit()
        if self.run is None and self._job is None and wanted is not None:
            self.show(wanted)

    def _attach(self, run: TrainingRun, mark: ProcessMark | None) -> None:
        same = run == self.run
        self.run, self._mark = run, mark
        if not same or self._tail is None:
            self._tail = EventTail(run.events)
            self.history = History()
        self._asked = ""
        self._timer.start(0)

    def _forget_run(self) -> None:
        self._timer.stop()
        if self._look_job is not None:
            self._look_job.cancel()
            self._look_job = None
        self.run = self._mark = self._tail = None
        self.history, self.pace = History(), Pace()
        self._asked = self.problem = self.log_end = ""
        self._was_busy = self._is_exporting = False
        self._exit_code = None

    @Slot()
    def _look(self) -> None:
        run, tail, mark = self.run, self._tail, self._mark
        if run is None or tail is None or self._look_job is not None:
            return

        self._look_job = Job(lambda _cancelled: look_at(run, mark, tail), self)
        self._look_job.succeeded.connect(self._on_looked)
        self._look_job.failed.connect(self._on_look_failed)
        self._look_job.start(self._pool)

    @Slot(object)
    def _on_looked(self, look: Look) -> None:
        self._look_job = None
        for event in look.events:
            self._take(event)
        self.log_end, self._exit_code = look.log_end, look.exit_code
        if look.has_more:
            self._timer.start(0)
            return
        # What another computer's process has told as its end counts before its silence does.
        alive = look.is_alive and not (self.is_elsewhere and self.history.ending)
        was_busy, self._was_busy = self._was_busy, alive
        if self._asked == _CANCEL and not alive and self.run and not self.run.can_resume:
            self._drop_run(self.run)
            return
        state = self._state_now(is_alive=alive)
        if state is not self.state or look.events:
            self._set_state(state)
        if alive:
            self._timer.start(_POLL_MS)
        elif was_busy and self._asked != _CANCEL:
            self._tell_end()

    @Slot(object)
    def _on_look_failed(self, error: Exception) -> None:
        self._look_job = None
        self.failed.emit(as_user_error(error))

    def _take(self, event: dict[str, Any]) -> None:
        add_known(self.history, event)
        kind = event["event"]
        self._is_exporting = kind == "exporting"
        if kind == "step":
            self.pace = Pace(
                float(event.get("progress") or 0),
                event.get("images_per_s"),
                event.get("remaining_s"),
            )
        elif kind == "finished":
            self.pace = Pace(1.0, self.pace.images_per_s, 0.0)

    def _state_now(self, *, is_alive: bool) -> RunState:
        if is_alive:
            if self._asked or self._is_exporting:
                return RunState.ENDING
            begun = self.history.starts and self.history.ending is None
            return RunState.TRAINING if begun else RunState.PREPARING
        match self.history.ending:
            case "finished":
                return RunState.FINISHED
            case "stopped":
                return RunState.PAUSED
            case "failed":
                self.problem = self.history.failure
                return RunState.FAILED
        self.problem = self._last_words()
        has_begun = self.history.starts or self._asked == _CANCEL
        return RunState.INTERRUPTED if has_begun else RunState.FAILED

    def _last_words(self) -> str:
        """Return why a process that told no end has ended, or nothing."""
        if self._asked == _CANCEL:
            return ""
        if self._exit_code is not None and self._exit_code < 0:
            return (
                self.tr("The system ended the training (signal %d), perhaps for want of memory")
                % -self._exit_code
            )
        # What a process printed that was killed out of our sight is about its training.
        said_why = self._exit_code or not self.history.starts
        return last_line(self.log_end) if said_why else ""

    def _drop_run(self, run: TrainingRun) -> None:
        """Forget a run that was cancelled before it had trained."""
        self._leave()
        job = Job(lambda _cancelled: remove_run(run), self)
        job.succeeded.connect(lambda _none: self._find_runs())
        job.start(self._pool)

    def _tell_end(self) -> None:
        if self.run is None:
            return
        if self.state is RunState.FINISHED:
            self.ended.emit(self.run)
        elif self.state in (RunState.FAILED, RunState.INTERRUPTED):
            problem = self.problem or self.tr("The training ended without a word")
            hint = (
                self.tr("Resume goes on from the last checkpoint")
                if self.run.can_resume
                else self.tr("See %s") % self.run.log
            )
            self.failed.emit(SegStudioError(problem.rstrip("."), hint=hint))

    def _set_state(self, state: RunState) -> None:
        self.state = state
        self.changed.emit()
