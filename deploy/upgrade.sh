#!/usr/bin/env bash
# Bring a version (a tag, branch or commit of /opt/quizapp/source) and serve it. Killed anywhere it
# may be run again. What runs goes on until the new version is ready; see deploy/rollback.sh.
#   upgrade.sh v1.2          upgrade.sh --without-backup v1.2
set -euo pipefail
umask 022
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=deploy/lib.sh
. "$here/lib.sh"
as_root

wants_backup=1
if [ "${1:-}" = --without-backup ]; then
  wants_backup=
  shift
fi
version=${1:-}
case $version in
  '' | *[!A-Za-z0-9._-]* | .* | -*) fail "cần một phiên bản, ví dụ: upgrade.sh v1.2 / a version is needed" ;;
esac
[ -e "$settings" ] || fail "hãy chạy deploy/install.sh trước / run deploy/install.sh first"
commit=$(git -C "$home/source" rev-parse --verify --quiet "$version^{commit}") ||
  fail "/opt/quizapp/source không có $version; hãy chạy: git -C /opt/quizapp/source fetch --tags" \
    "/ no such version"
release=$home/releases/$version
old=$(release_of current || true)

# A branch may have moved on since: what is built is of one commit.
if [ "$(cat "$release/.built" 2>/dev/null)" != "$commit" ]; then
  [ "$release" != "$old" ] ||
    fail "$version đang chạy là bản khác; hãy đặt tên (tag) mới / $version runs as another commit"
  say "Dựng $version / building"
  rm -rf "$release"
  mkdir -p "$release"
  git -C "$home/source" archive "$commit" | tar -x -C "$release"
  make --no-print-directory -C "$release" build
  echo "$commit" >"$release/.built"
fi

if [ -n "$old" ] && [ -n "$wants_backup" ]; then
  kept=/var/backups/quizapp/before-$version-$(date +%Y%m%d-%H%M%S)
  say "Sao lưu vào $kept / backup"
  product "$old" backup "$kept" ||
    fail "không sao lưu được, chưa đổi gì; không cần bản sao: upgrade.sh --without-backup $version" \
      "/ no backup, nothing was changed"
fi

say "Cơ sở dữ liệu / database"
product "$release" db upgrade 2>&1 | sed 's/^/  /'

say "Chạy $version / serving"
"$release/deploy/install.sh"
[ -z "$old" ] || [ "$old" = "$release" ] || ln -sfn "$old" "$home/previous"
switch_to "$release"
if [ -n "$old" ]; then
  "$release/deploy/restart.sh"
else
  systemctl enable --quiet "${sockets[@]}" quizapp.target
  systemctl start "${sockets[@]}" "${services[@]}" quizapp.target
fi
check_ready || fail "chưa sẵn sàng; quay lại bản cũ: $release/deploy/rollback.sh / not ready"
say "Đang chạy $version / $version is served"
