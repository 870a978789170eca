"""The worker process: the only place where onnxruntime is imported.

Started by ``segstudio.engine.channel``. It trusts its parent, and nothing trusts it: a model may
crash it, hang it or take it over. Questions, by their ``do``:

    load    a model becomes the one that runs
    probe   the model on noise of a given shape: what do its outputs look like
    run     the model on the image in the shared memory
    cancel  stop the run with this ``id``

The pipe's end is the parent's end: the process then leaves, whatever it is doing.
"""

import contextlib
import json
import os
import queue
import shutil
import sys
import threading
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from segstudio.engine.channel import MAX_MESSAGE
from segstudio.engine.confine import confine
from segstudio.engine.pixels import SharedPixels
from segstudio.engine.refusal import RefusedError
from segstudio.engine.session import Runtime


def main() -> None:
    """Serve the parent until it closes the pipe."""
    start = json.loads(sys.argv[1])
    folder, memory_limit = Path(start["folder"]), start["memory_limit"]
    is_confined = confine(folder, memory_limit)
    connection = _connection(start["pipe"])
    pixels = SharedPixels(start["pixels"]) if "pixels" in start else SharedPixels.opened(folder)
    questions: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    try:
        runtime = Runtime(folder, memory_limit, is_confined)
    except Exception as error:  # an import can fail in any way
        _send(connection, {"id": 0, "failed": f"{type(error).__name__}: {error}"})
        return
    threading.Thread(
        target=_listen, args=(connection, questions, runtime, folder), daemon=True
    ).start()
    _send(connection, {"id": 0, **runtime.greeting()})
    while True:
        question = questions.get()
        answer = _answer(runtime, question, pixels, connection)
        _send(connection, {"id": question["id"], **answer})


def _answer(
    runtime: Runtime, question: dict[str, Any], pixels: SharedPixels, connection: Connection
) -> dict[str, object]:
    try:
        match question["do"]:
            case "load":
                return runtime.load(question)
            case "probe":
                return runtime.probe(question)
            case _:
                tell = partial(_tell, connection, question["id"])
                return runtime.run(question, pixels, tell)
    except RefusedError as refused:
        return {"refused": refused.kind, "message": str(refused)[:4000]}
    except MemoryError:
        return {"refused": "MemoryError", "message": ""}


def _listen(
    connection: Connection,
    questions: "queue.SimpleQueue[dict[str, Any]]",
    runtime: Runtime,
    folder: Path,
) -> None:
    while True:
        try:
            question = json.loads(connection.recv_bytes(MAX_MESSAGE))
        except (EOFError, OSError):
            # The parent is gone, and cannot clean up any more. A plain return would leave the
            # main thread in the model's hands.
            os.chdir(folder.parent)
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(0)
        if question["do"] == "cancel":
            runtime.cancel(question["id"])
        else:
            questions.put(question)


def _tell(connection: Connection, number: int, done: int, total: int) -> None:
    _send(connection, {"id": number, "done": done, "total": total})


def _send(connection: Connection, message: dict[str, object]) -> None:
    # The parent may be gone by now; then the pipe's thread ends the process.
    with contextlib.suppress(OSError):
        connection.send_bytes(json.dumps(message).encode("ascii"))


def _connection(handle: int) -> Connection:
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection

        return PipeConnection(handle)
    return Connection(handle)


if __name__ == "__main__":
    main()
