"""Exit 0 when this container's web process answers; by the name that it is asked by."""

import http.client
import os
import sys

name = os.environ.get("QUIZAPP_TRUSTED_HOSTS", "").replace(",", " ").split() or ["localhost"]
connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=4)
try:
    connection.request("GET", "/healthz", headers={"Host": name[0].lstrip(".")})
    sys.exit(connection.getresponse().status != 200)
except (OSError, http.client.HTTPException) as error:
    sys.exit(f"{error}")
