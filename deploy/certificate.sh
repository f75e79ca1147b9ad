#!/usr/bin/env bash
# Put a signed certificate in use; certbot calls it after each renewal (--deploy-hook).
#   certificate.sh [FOLDER]   with fullchain.pem and privkey.pem
set -euo pipefail
umask 077

from=${1:-${RENEWED_LINEAGE:?thư mục của chứng chỉ / the folder of the certificate}}
install -m 644 "$from/fullchain.pem" /etc/quizapp/tls/fullchain.pem
install -m 600 "$from/privkey.pem" /etc/quizapp/tls/privkey.pem
nginx -t -q
systemctl reload nginx
