# What the scripts beside it share; sourced, not run.
# shellcheck shell=bash disable=SC2034

home=/opt/quizapp            # releases/VERSION, current, previous, source
settings=/etc/quizapp/quizapp.env
sockets=(quizapp-web.socket quizapp-metrics.socket)
services=(quizapp-web@1.service quizapp-web@2.service quizapp-worker.service)

say() { printf '• %s\n' "$*"; }
fail() { printf 'quizapp: %s\n' "$*" >&2; exit 1; }

as_root() {
  [ "$(id -u)" = 0 ] || fail "hãy chạy bằng sudo / run it with sudo"
}

# Run a release's `flask --app wsgi …` as the product's own account, with its settings, where we are.
product() {
  local command=("$1/.venv/bin/python" -P -m flask --app "$1/wsgi.py" "${@:2}")
  [ "$(id -u)" != 0 ] || command=(runuser -u quizapp -- "${command[@]}")
  (
    set -a
    # shellcheck source=/dev/null
    . "$settings"
    set +a
    exec "${command[@]}"
  )
}

# Have `current` lead to a release; whoever looks finds the old one or the new one.
switch_to() {
  ln -sfn "$1" "$home/current.new"
  mv -T "$home/current.new" "$home/current"
}

release_of() { readlink -e "$home/$1"; }

first_name() { sed -n 's/^QUIZAPP_TRUSTED_HOSTS=\([^ ,]*\).*/\1/p' "$settings"; }

# Ask the product behind nginx, as people do; nothing that is kept answers this.
check_ready() {
  local name answer
  name=$(first_name)
  for _ in 1 2 3 4 5; do
    answer=$(curl -ksS --max-time 10 --resolve "$name:443:127.0.0.1" "https://$name/readyz") || true
    case $answer in *'"ready"'*) return 0 ;; esac
    sleep 1
  done
  echo "quizapp: https://$name/readyz: $answer" >&2
  return 1
}
