"""Whatever a person's file does, one line says it, and nothing of it is left behind."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from clearprop.derivation.messages import pieces
from clearprop.derivation.submissions.answer import SubmissionError
from clearprop.derivation.submissions.submission import open_file, open_object
from clearprop.derivation.submissions.wire import pack, unpack
from derivation.submitted import problem, right, written

HEAD = "import numpy as np\ndef gradients(W, b, X, Y):\n"
GOOD = (
    "    dW, db = [0 * w for w in W], [0 * v for v in b]\n"  # wrong gradients, but finite and of the right shapes
    "    return dW, db\n"
)

UNREADABLE = {
    "nothing_defined": ("x = 1\n", "it defines no function"),
    "other functions": ("def relu(x): return x\nclass Net:\n    pass\n", r"was found.*it has relu\(x\), Net\("),
    "a syntax error": ("x = (1,\ndef f(: pass\n", "line [12]: Python cannot read this"),
    "a print statement": (
        "x = 1\nprint 'loss', x\n",
        "line 2: this is Python 2 .a print statement; Python 3 has print",
    ),
    "print with a place": ("import sys\nprint >>sys.stderr, 'x'\n", None),
    "a comma after except": ("try:\n    pass\nexcept ValueError, e:\n    pass\n", None),
    "a comma after raise": ("def f():\n    raise ValueError, 'x'\n", "line 2: this is Python 2 .raise"),
    "exec": ("exec 'x = 1'\n", "line 1: this is Python 2 .an exec"),
    "backticks": ("x = `1`\n", "line 1: this is Python 2 .backticks"),
    "<>": ("x = 1 <> 2\n", "line 1: this is Python 2 .<>"),
    "a long": ("x = 10L\n", "line 1: this is Python 2 .a number"),
    "a failing top level": (
        "x = 1\nraise OSError('no disk')\n",
        "it defines no function.*; .*line 2: .*OSError: no disk",
    ),
}

CALLS = {
    "raises": (
        "    raise ValueError('bad\\nthing')\n",
        "my_backprop.py, line 3: gradients raised ValueError: bad thing; the line is",
    ),
    "wrong product": (
        "    return np.ones((2, 3)) @ np.ones((2, 3)), b\n",
        "line 3: gradients raised ValueError: matmul",
    ),
    "returns nothing": ("    dW = W\n", "gradients returned nothing"),
    "returns text": ("    return 'dW', 'db'\n", r"gradients returned tuple\(str, str\)"),
    "returns a number": ("    return 3.0\n", "gradients returned float; one gradient"),
    "returns text in arrays": ("    return [np.full(w.shape, 'x') for w in W], b\n", "not made of real numbers"),
    "returns complex": ("    return [w + 1j for w in W], b\n", "not made of real numbers"),
    "returns nan": ("    W[-1][0, 2] = np.nan\n    return W, b\n", r"dW2 with nan at \[0, 2\] .1 of 8 entries"),
    "returns infinity": ("    b[0][1] = np.inf\n    return W, b\n", r"db1 with inf at \[1\]"),
    "returns too few": ("    return W[:1], b\n", "a list of 1 gradients, but there are 2 layers"),
    "returns too many": ("    return W * 2, b * 2\n", "a list of 4 gradients, but there are 2 layers"),
    "recurses for ever": ("    return gradients(W, b, X, Y)\n", "line 3: gradients raised RecursionError"),
    "exits": ("    import sys; sys.exit(0)\n", "gradients called sys.exit"),
    "exits hard": ("    import os; os._exit(3)\n", "ended its own process with exit status 3"),
    "faults": ("    import ctypes; ctypes.string_at(0)\n", "crashed .SIGSEGV."),
    "kills itself": ("    import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n", "crashed .SIGKILL."),
    "asks": ("    return input('W? ')\n", "EOFError"),
    "needs much memory": ("    return np.ones((10**6, 10**5)), b\n", "MemoryError"),
    "is interrupted": ("    raise KeyboardInterrupt\n", "gradients raised KeyboardInterrupt"),
    "leaves iteritems": ("    return dict(a=1).iteritems()\n", "Python 2 .a method that dictionaries no longer have"),
}


def failure(run: Callable[[], object]) -> str:
    with pytest.raises(SubmissionError) as caught:
        run()
    line = str(caught.value)
    assert "\n" not in line
    assert "{" not in "".join(map(str, pieces(caught.value.message, "zh")))
    return line


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_file_that_cannot_be_used_is_told_in_one_line(what: str, tmp_path: Path) -> None:
    text, expected = UNREADABLE[what]
    line = failure(lambda: open_file(written(tmp_path, text)))
    assert line.startswith("my_backprop.py")
    assert expected is None or re.search(expected, line), line
    if expected is None and sys.version_info < (3, 14):  # which reads `except A, B:`
        assert "this is Python 2" in line


def test_what_is_no_source_is_told(tmp_path: Path) -> None:
    assert failure(lambda: open_file(tmp_path / "none.py")).endswith("none.py: there is no such file")
    assert "this is a folder" in failure(lambda: open_file(tmp_path))
    for name, content in (("a.py", b"\x7fELF\0\0"), ("b.py", b"\x89PNG\r\n\x1a\n\0\0")):
        (tmp_path / name).write_bytes(content)
        assert "not Python source text" in failure(lambda name=name: open_file(tmp_path / name))  # type: ignore[misc]
    assert "no notebook" in failure(lambda: open_file(written(tmp_path, "{}", "x.ipynb")))


@pytest.mark.parametrize("what", CALLS)
def test_a_call_that_fails_is_told_in_one_line(what: str, tmp_path: Path) -> None:
    body, expected = CALLS[what]
    given = problem()
    with open_file(written(tmp_path, HEAD + body)) as submission:
        line = failure(lambda: submission.answer(submission.layouts[0], given.parameters, given.X, given.Y))
    assert re.search(expected, line), line


def test_here_too_a_failing_call_is_told_by_its_line() -> None:
    def gradients(W: object, b: object, X: object, Y: object) -> None:
        raise ValueError("no")

    given = problem()
    submission = open_object(gradients)
    line = failure(lambda: submission.answer(submission.layouts[0], given.parameters, given.X, given.Y))
    assert line.endswith('gradients raised ValueError: no; the line is: raise ValueError("no")')


def answered(path: Path, limit_seconds: float = 10) -> str:
    """Open a file and call it once; what it printed."""
    given = problem()
    with open_file(path, limit_seconds) as submission:
        submission.answer(submission.layouts[0], given.parameters, given.X, given.Y)
        return submission.printed


def test_code_that_prints_much_is_heard_at_its_end(tmp_path: Path) -> None:
    noise = "    print('x' * 5_000_000); import os; os.write(1, b'y' * 5_000_000); print('the end')\n"
    printed = answered(written(tmp_path, HEAD + noise + GOOD))
    assert len(printed) <= 16 * 1024
    assert printed.endswith("the end\n")


def test_code_that_runs_for_ever_is_stopped(tmp_path: Path) -> None:
    start = time.monotonic()
    forever = written(tmp_path, HEAD + "    while True: pass\n")
    given = problem()
    with open_file(forever, limit_seconds=1) as submission:
        line = failure(lambda: submission.answer(submission.layouts[0], given.parameters, given.X, given.Y))
        assert line.startswith("my_backprop.py: gradients took longer than 1 s")
        again = time.monotonic()
        assert failure(lambda: submission.answer(submission.layouts[0], given.parameters, given.X, given.Y)) == line
        assert time.monotonic() - again < 0.5
    assert time.monotonic() - start < 8


def test_a_file_that_is_never_loaded_is_stopped(tmp_path: Path) -> None:
    waits = written(tmp_path, "import time\nclass A:\n    time.sleep(60)\n")
    assert "loading it took longer than 1 s" in failure(lambda: open_file(waits, limit_seconds=1))


def test_nothing_is_left_running(tmp_path: Path) -> None:
    mark = f"clearprop-test-{os.getpid()}"
    starts = (
        f"    import subprocess, sys, threading, time\n"
        f"    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', '{mark}'])\n"
        f"    threading.Thread(target=time.sleep, args=(60,)).start()\n"
    )
    answered(written(tmp_path, HEAD + starts + GOOD))
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False).stdout
    assert mark not in running


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends a process otherwise there")
def test_the_process_ends_with_the_program(tmp_path: Path) -> None:
    path = written(tmp_path, "import os\nprint(os.getpid(), flush=True)\n" + HEAD + "    while True: pass\n")
    program = (
        "import sys, threading, time, os\n"
        "from clearprop.derivation.submissions.submission import open_file\n"
        "from derivation.submitted import problem\n"
        "s = open_file(sys.argv[1]); p = problem()\n"
        "threading.Thread(target=s.answer, args=(s.layouts[0], p.parameters, p.X, p.Y), daemon=True).start()\n"
        "time.sleep(0.3); print(s._process._popen.pid, s._process._folder.name, flush=True); os.kill(os.getpid(), 9)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, env=environment)
    worker, folder = done.stdout.split()
    for _ in range(100):
        if has_ended(int(worker)):
            assert not Path(folder).exists()
            return
        time.sleep(0.05)
    pytest.fail("the process still runs")


def has_ended(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    if state.exists():
        return " Z " in state.read_text()  # not yet waited for by whoever inherited it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_secrets_of_the_environment_stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_API_TOKEN", "secret")
    printed = answered(written(tmp_path, HEAD + "    import os; print(sorted(os.environ), os.getcwd())\n" + GOOD))
    assert "TOKEN" not in printed
    assert "OMP_NUM_THREADS" in printed
    assert str(tmp_path) not in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my_backprop.py"]


def test_messages_come_back_as_they_were_and_carry_nothing_executable() -> None:
    given = problem()
    value = {
        "a": (1, None, "x", 0.5, True),
        "p": given.parameters,
        "f": np.float32(2),
        "e": np.empty((0, 3), np.float32),
    }
    back = unpack(pack(value))
    assert back["a"] == value["a"]
    assert np.array_equal(back["p"].flatten(), given.parameters.flatten())
    assert back["e"].shape == (0, 3)
    assert back["e"].dtype == np.float32
    for wrong in (object(), np.array([object()]), b"x", right):
        with pytest.raises(TypeError, match="not sent"):
            pack(wrong)
    with pytest.raises(EOFError):
        unpack(pack(value)[:-1])
    with pytest.raises(ValueError, match="not read"):
        unpack(pack({"x": np.zeros(3)}).replace(b'"<f8"', b'"|O8"'))
