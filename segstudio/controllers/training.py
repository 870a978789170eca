"""Training from the window: start a run, follow it, pause it, find it again after a restart."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from segstudio.controllers.error_words import told
from segstudio.controllers.followed_runs import (
    Pace,
    RunState,
    Sheet,
    followed_runs,
    last_line,
    read_sheet,
    runs_and_wanted,
    state_now,
)
from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.run_follower import RunFollower
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
        runs: All runs of the project, the newest first.
        state: What the shown run does.
        problem: Why it failed, or an empty string.

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
        self._follower = RunFollower(self._pool, self)
        self._follower.looked.connect(self._on_looked)
        self._follower.failed.connect(self.failed)
        self._job: Job | None = None
        self._give_up = threading.Event()
        self._asked = ""
        self.runs: list[TrainingRun] = []
        self.state = RunState.NONE
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
    def run(self) -> TrainingRun | None:
        """The run that is shown, or None."""
        return self._follower.run

    @property
    def history(self) -> History:
        """What happened in the shown run."""
        return self._follower.history

    @property
    def pace(self) -> Pace:
        """How the shown run gets on."""
        return self._follower.pace

    @property
    def log_end(self) -> str:
        """What the trainer of the shown run printed last, once that has ended."""
        return self._follower.log_end

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
        return self._follower.is_elsewhere

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
        mark = self._follower.mark
        if mark is None or self._job is not None:
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
            kill(mark)
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
        job.start(self._pool, must_run=True)

    def shut_down(self) -> None:
        """Stop following; the process goes on."""
        self._follower.stop()
        self._job = None  # a run that was asked for still begins
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
        job.start(self._pool, must_run=True)

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
        job.start(self._pool, must_run=True)
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
        self._asked = ""
        self._follower.follow(run, mark)

    def _forget_run(self) -> None:
        self._follower.forget()
        self._asked = self.problem = ""

    @Slot(bool, bool)
    def _on_looked(self, has_news: bool, has_ended: bool) -> None:
        run, history, is_alive = self.run, self.history, self._follower.is_alive
        was_cancelled = self._asked == _CANCEL
        if was_cancelled and not is_alive and run is not None and not run.can_resume:
            self._drop_run(run)
            return
        is_ending = bool(self._asked) or self._follower.is_exporting
        state = state_now(
            history, is_alive=is_alive, is_ending=is_ending, was_cancelled=was_cancelled
        )
        if state in (RunState.FAILED, RunState.INTERRUPTED):
            self.problem = history.failure if history.ending == "failed" else self._last_words()
        if state is not self.state or has_news:
            self._set_state(state)
        if has_ended and not was_cancelled:
            self._tell_end()

    def _last_words(self) -> str:
        """Return why a process that told no end has ended, or nothing."""
        if self._asked == _CANCEL:
            return ""
        exit_code = self._follower.exit_code
        if exit_code is not None and exit_code < 0:
            return (
                self.tr("The system ended the training (signal %d), perhaps for want of memory")
                % -exit_code
            )
        # What a process printed that was killed out of our sight is about its training.
        said_why = exit_code or not self.history.starts
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
