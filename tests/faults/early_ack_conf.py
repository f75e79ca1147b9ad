"""gunicorn as the product configures it, serving `tests.faults.early_ack`."""

import runpy

globals().update(runpy.run_path("gunicorn.conf.py"))
wsgi_app = "tests.faults.early_ack:app"
