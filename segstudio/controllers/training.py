"""Training from the window: start a run, follow it, pause it, find it again after a restart."""

import threading
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from segstudio.controllers.followed_runs import Pace, RunState, add_known, followed_runs
from segstudio.controllers.jobs import Job, Pool
from segstudio.controllers.trainer_process import (
    INSTALL_COMMAND,
    is_alive,
    kill,
    missing_packages,
    start_trainer,
)
from segstudio.controllers.user_error import as_user_error
from segstudio.controllers.workspace import Workspace
from segstudio.core.run_history import History
from segstudio.core.training_request import TrainingRequest
from segstudio.errors import SegStudioError
from segstudio.storage.event_tail import EventTail
from segstudio.storage.frozen_labels import freeze_labels
from segstudio.storage.project import Project
from segstudio.storage.training_runs import ProcessMark, TrainingRun, find_runs, new_run

_POLL_MS: Final = 300


@dataclass(frozen=True, slots=True)
class _Look:
    events: list[dict[str, Any]]
    has_more: bool
    is_alive: bool
    log_end: str


class TrainingController(QObject):
    """Runs ``trainer`` for the open project, one run at a time.

    The process is detached: it goes on when the window is closed, and is found again when the
    project is opened.

    Signals:
        changed: ``state``, ``history``, ``pace`` or ``read_only`` changed.
        run_changed: Another run is shown.
        runs_changed: ``runs`` changed.
        ended: The ``TrainingRun`` that has just finished.
        failed: A ``SegStudioError`` to tell the user.
        histories_read: The ``FollowedRun``s that ``read_histories`` found.
    """

    changed = Signal()
    run_changed = Signal()
    runs_changed = Signal()
    ended = Signal(object)
    failed = Signal(object)
    histories_read = Signal(object)

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
        self._asked = ""
        self._was_busy = False
        self._is_exporting = False
        self._log_end = ""
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

    def start(self, request: TrainingRequest) -> None:
        """Freeze the labels as they are now and train on them; what happens comes by signals."""
        if self.is_busy:
            return
        project = self._workspace.freeze_splits() if self._may_write() else None
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
        self._set_state(RunState.PREPARING)
        self.run_changed.emit()
        # What the user has just painted takes part.
        self._workspace.when_saved(lambda: self._prepare(project, request))

    def resume(self) -> None:
        """Go on with the shown run where it was."""
        run = self.run
        if run is None or self.is_busy or not self._may_write():
            return

        def begin(_cancelled: threading.Event) -> tuple[TrainingRun, ProcessMark]:
            run.ask_nothing()
            arguments = ["train", "--out", str(run.output), "--resume"]
            arguments += ["--control", str(run.control)]
            return run, _start(run, arguments)

        self._asked = ""
        self._set_state(RunState.PREPARING)
        self._begin(begin)

    def pause(self) -> None:
        """Ask the run to save and end, to go on later."""
        self._ask("pause")

    def finish(self) -> None:
        """Ask the run to end now, and to make a model of its best weights."""
        self._ask("finish")

    def stop_at_once(self) -> None:
        """End the process; the run can go on from its last checkpoint."""
        if self._mark is not None:
            kill(self._mark)

    def show(self, run: TrainingRun) -> None:
        """Show another run; one that trains goes on."""
        if run == self.run:
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

    def write_note(self, run: TrainingRun, text: str) -> None:
        """Keep what the user says about a run."""
        if not self._may_write():
            return
        job = Job(lambda _cancelled: run.write_note(text), self)
        job.succeeded.connect(lambda _none: self.read_histories())
        job.failed.connect(lambda error: self.failed.emit(as_user_error(error)))
        job.start(self._pool)

    def shut_down(self) -> None:
        """Stop following; the process goes on."""
        self._timer.stop()
        for job in (self._job, self._look_job):
            if job is not None:
                job.cancel()
        self._pool.shut_down()

    def _may_write(self) -> bool:
        if self.read_only is not None:
            self.failed.emit(self.read_only)
        return self.read_only is None

    # --- Beginning

    def _prepare(self, project: Project, request: TrainingRequest) -> None:
        def begin(cancelled: threading.Event) -> tuple[TrainingRun, ProcessMark]:
            run = new_run(project)
            freeze_labels(project, run.labels, request.images, cancelled=cancelled.is_set)
            options = request.options(data=run.labels, out=run.output, control=run.control)
            run.write_job(options)
            return run, _start(run, ["train", "--job", str(run.job)])

        self._begin(begin)

    def _begin(self, begin: Any) -> None:  # noqa: ANN401 - a job's function
        self._job = Job(begin, self)
        self._job.succeeded.connect(self._on_begun)
        self._job.failed.connect(self._on_begin_failed)
        self._job.start(self._pool)

    @Slot(object)
    def _on_begun(self, begun: tuple[TrainingRun, ProcessMark]) -> None:
        self._job = None
        run, mark = begun
        self._attach(run, mark)
        self._set_state(RunState.PREPARING)
        self.run_changed.emit()
        self._find_runs()

    @Slot(object)
    def _on_begin_failed(self, error: Exception) -> None:
        self._job = None
        told = as_user_error(error)
        self.problem = told.sentence
        self._set_state(RunState.FAILED if self.run else RunState.NONE)
        self.failed.emit(told)
        self._find_runs()  # the last one is shown again

    def _ask(self, word: str) -> None:
        run = self.run
        if run is None or not self.is_busy or not self._may_write():
            return
        self._asked = word
        job = Job(lambda _cancelled: run.ask(word), self)
        job.failed.connect(lambda error: self.failed.emit(as_user_error(error)))
        job.start(self._pool)
        self._set_state(RunState.ENDING)

    # --- Following

    @Slot()
    def _on_project_changed(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._forget_run()
        self.runs = []
        self._set_state(RunState.NONE)
        self.run_changed.emit()
        self._find_runs()

    def _find_runs(self) -> None:
        project = self._workspace.project
        if project is None:
            return

        def find(
            _cancelled: threading.Event,
        ) -> tuple[Project, list[TrainingRun], TrainingRun | None]:
            runs = find_runs(project)
            alive = next((run for run in runs if is_alive(run.read_process())), None)
            return project, runs, alive or (runs[0] if runs else None)

        job = Job(find, self)
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
        self._asked = self.problem = self._log_end = ""
        self._was_busy = self._is_exporting = False

    @Slot()
    def _look(self) -> None:
        run, tail, mark = self.run, self._tail, self._mark
        if run is None or tail is None or self._look_job is not None:
            return

        def look(_cancelled: threading.Event) -> _Look:
            alive = is_alive(mark)  # before the events: what a process says last is then seen
            events, has_more = tail.read()
            return _Look(events, has_more, alive, "" if alive else run.log_end())

        self._look_job = Job(look, self)
        self._look_job.succeeded.connect(self._on_looked)
        self._look_job.failed.connect(self._on_look_failed)
        self._look_job.start(self._pool)

    @Slot(object)
    def _on_looked(self, look: _Look) -> None:
        self._look_job = None
        for event in look.events:
            self._take(event)
        self._log_end = look.log_end
        if look.has_more:
            self._timer.start(0)
            return
        was_busy = self._was_busy
        self._was_busy = look.is_alive
        state = self._state_now(is_alive=look.is_alive)
        if state is not self.state or look.events:
            self._set_state(state)
        if look.is_alive:
            self._timer.start(_POLL_MS)
        elif was_busy:
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
        self.problem = _last_line(self._log_end)
        return RunState.INTERRUPTED if self.history.starts else RunState.FAILED

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


def _start(run: TrainingRun, arguments: list[str]) -> ProcessMark:
    mark = start_trainer(arguments, run.folder, run.log)
    run.write_process(mark)
    return mark


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # Events are printed as well; they are no explanation.
    told = [line for line in lines if not line.startswith("{")]
    return told[-1] if told else ""
