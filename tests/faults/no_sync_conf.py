"""gunicorn as the product configures it, serving `tests.faults.no_sync`."""

import runpy

globals().update(runpy.run_path("gunicorn.conf.py"))
wsgi_app = "tests.faults.no_sync:app"
