#!/usr/bin/env bash
# Serve the version that was served before, or the one named. Its tables are those it knows: where a
# migration must be taken back nothing is served meanwhile (phones ask again by themselves). Where
# data would be lost nothing is done: then there is the backup of upgrade.sh (docs/guide/install).
#   rollback.sh          rollback.sh v1.1
set -euo pipefail
umask 022
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=deploy/lib.sh
. "$here/lib.sh"
as_root

if [ -n "${1:-}" ]; then
  release=$home/releases/$1
else
  release=$(release_of previous) || fail "không có bản trước / there is no version before"
fi
old=$(release_of current)
[ -e "$release/.built" ] || fail "chưa dựng: $release / not built"
[ "$release" != "$old" ] || fail "đang chạy bản đó rồi / that one is served already"

revision() { product "$1" db "$2" 2>/dev/null | sed -n 's/^\([0-9A-Za-z_]*\).*/\1/p'; }
wanted=$(revision "$release" heads)
present=$(revision "$old" current)
[ -n "$wanted" ] && [ -n "$present" ] || fail "không đọc được phiên bản bảng / revision unknown"

if [ "$wanted" != "$present" ]; then
  say "Đưa bảng từ $present về $wanted, tạm dừng phục vụ / migrating back, nothing is served meanwhile"
  # The sockets too: one that is asked would start its service.
  systemctl stop quizapp.target "${sockets[@]}" "${services[@]}"
  if ! product "$old" db downgrade "$wanted" 2>&1 | sed 's/^/  /'; then
    systemctl start quizapp.target
    fail "bản cũ không giữ được dữ liệu mới, chưa đổi gì; xem phần Khôi phục trong docs/guide/install" \
      "/ the old version cannot hold what is new; nothing was changed"
  fi
fi

say "Chạy $(basename "$release") / serving"
"$release/deploy/install.sh"
ln -sfn "$old" "$home/previous"
switch_to "$release"
if [ "$wanted" = "$present" ]; then
  "$release/deploy/restart.sh"
else
  systemctl start quizapp.target
fi
check_ready || fail "chưa sẵn sàng / not ready"
say "Đang chạy $(basename "$release")"
