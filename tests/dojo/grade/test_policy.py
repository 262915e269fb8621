"""What a graded answer may not reach for is refused, and nothing else is."""

from __future__ import annotations

import pytest

from dojo import curriculum
from dojo.grade import policy

KATA = curriculum.load().kata("ticket_dispenser")


@pytest.mark.parametrize(
    "source",
    [
        "import ctypes, multiprocessing\nvalue = multiprocessing.Value(ctypes.c_int, 0)",
        "from ctypes import c_long, Structure",
        "import threading\nthreading.Barrier(2).abort()",
        "import inspect\ninspect.iscoroutinefunction(print)",
        "import gc\ngc.collect()",
        "import sysconfig\nsysconfig.get_config_var('Py_GIL_DISABLED')",
        "import atexit\natexit.register(print)",
        "import os\nos._exit(1)",
        "class Stack:\n  def stack(self): return self.trace",
        "import re\nre.compile('x')",
        "import threading\nthreading.Thread(name='monitoring').start()",
        "STEPS = ['compile', 'eval']\nkinds = {'modules': 3}",
        "import resource\nresource.getrusage(resource.RUSAGE_SELF)",
    ],
)
def test_allowed(source: str) -> None:
    assert policy.breaches(source.encode(), KATA) == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import ctypes\nctypes.pythonapi", "ctypes.pythonapi"),
        ("x = " + "-" * 7000 + "1", "what nobody can read, so deep is it nested"),
        ("import ctypes as c\nc.cast", "ctypes.cast"),
        ("from ctypes import py_object", "ctypes.py_object"),
        ("from ctypes import *", "ctypes.*"),
        ("import ctypes.util", "ctypes.util"),
        ("import ctypes\ngetattr(ctypes, 'pythonapi')", "ctypes as a value"),
        ("import inspect\nx = [inspect][0].stack()", "inspect as a value"),
        ("import inspect\ninspect.stack()", "inspect.stack"),
        ("import gc\ngc.get_objects()", "gc.get_objects"),
        ("import pytest", "import pytest"),
        ("import sysconfig\nsysconfig.sys.modules", "sysconfig.sys"),
        ("import sys\nsys.settrace(None)", "settrace"),
        ("import sys\nsys.modules['pytest']", "modules"),
        ("import sys\ngetattr(sys, 'modules')", "modules"),
        ("import sys\nvars(sys)['monitoring']", "monitoring"),
        ("import operator, sys\noperator.attrgetter('modules')(sys)", "modules"),
        ("import sys\nmatch sys:\n  case object(modules=m): pass", "modules"),
        ("import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))", "resource.setrlimit"),
    ],
)
def test_refused(source: str, what: str) -> None:
    found = policy.breaches(source.encode(), KATA)
    assert what in [breach.partition(": ")[2] for breach in found]
