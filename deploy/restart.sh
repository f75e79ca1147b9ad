#!/usr/bin/env bash
# Restart the product while people use it: one web service after the other, then the worker.
# The address stays open throughout; each service is ready before the next one is restarted. When
# one does not come up the rest is left as it was, and goes on answering.
set -euo pipefail

for unit in quizapp-web@1.service quizapp-web@2.service quizapp-worker.service; do
  systemctl restart "$unit" || {
    echo "quizapp: $unit không khởi động được; xem: journalctl -u $unit -n 50" \
      "/ does not start; the others run on" >&2
    exit 1
  }
done
