#!/usr/bin/env bash
# Prepare a Debian machine: account, folders, settings, services, nginx. May be run again at will:
# what a person has changed in /etc/quizapp stays. deploy/upgrade.sh then brings a version.
#   install.sh thi.example.vn
set -euo pipefail
umask 022
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=deploy/lib.sh
. "$here/lib.sh"
as_root

name=${1:-}
if [ -z "$name" ]; then
  [ -e "$settings" ] || fail "thiếu tên miền, ví dụ: install.sh thi.example.vn / the name is missing"
  name=$(first_name)
fi
case $name in *[!a-z0-9.-]* | .* | -*) fail "không phải tên miền: $name / not a host name" ;; esac

say "Tài khoản và thư mục / account and folders"
id quizapp >/dev/null 2>&1 ||
  useradd --system --user-group --home-dir /var/lib/quizapp --no-create-home \
    --shell /usr/sbin/nologin quizapp
install -d -m 755 "$home/releases" /etc/quizapp /var/www/quizapp
install -d -m 700 -o quizapp -g quizapp /var/lib/quizapp /var/backups/quizapp
install -d -m 700 /etc/quizapp/tls
ln -sfn "$home/current/deploy/quizapp" /usr/local/bin/quizapp

if [ ! -e "$settings" ]; then
  say "Thiết lập: $settings / settings"
  workers=$(($(nproc) / 2))
  sed -e "s/^QUIZAPP_TRUSTED_HOSTS=.*/QUIZAPP_TRUSTED_HOSTS=$name/" \
    -e "s/^QUIZAPP_WEB_WORKERS=.*/QUIZAPP_WEB_WORKERS=$((workers > 0 ? workers : 1))/" \
    "$here/quizapp.env" >"$settings.new"
  chown root:quizapp "$settings.new"
  chmod 640 "$settings.new"
  mv "$settings.new" "$settings"
fi

if [ ! -e /etc/quizapp/tls/fullchain.pem ]; then
  say "Chứng chỉ tạm, chưa ai ký / a certificate that nobody signed, for now"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 \
    -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
    -keyout /etc/quizapp/tls/privkey.pem -out /etc/quizapp/tls/fullchain.pem 2>/dev/null
fi

say "Dịch vụ / services"
install -m 644 "$here"/systemd/* /etc/systemd/system/
systemctl daemon-reload

say "nginx"
configured() { cat /etc/nginx/nginx.conf /etc/nginx/{conf.d,snippets}/quizapp-* 2>/dev/null | sha256sum; }
before=$(configured || true)
[ -e /etc/nginx/nginx.conf.debian ] || cp /etc/nginx/nginx.conf /etc/nginx/nginx.conf.debian
install -d -m 755 /var/cache/nginx /etc/nginx/snippets
install -m 644 "$here/nginx/nginx.conf" /etc/nginx/nginx.conf
install -m 644 "$here"/nginx/quizapp-{server.conf,crowded.html} /etc/nginx/snippets/
# How many may come in a second is for whoever knows the machine: that number stays.
http=/etc/nginx/conf.d/quizapp-http.conf
rate=$(sed -n 's/.*zone=quizapp_door:.* rate=\([0-9]*r\).*/\1/p' "$http" 2>/dev/null || true)
sed "s#\(zone=quizapp_door:.* rate=\)[0-9]*r#\1${rate:-30r}#" "$here/nginx/quizapp-http.conf" >"$http.new"
mv "$http.new" "$http"
sed "s/thi\.example\.vn/$name/g" "$here/nginx/site.conf" >/etc/nginx/conf.d/quizapp-site.conf
systemctl enable --quiet nginx
# A reload ends kept connections: only for a reason.
if [ "$before" != "$(configured || true)" ] || ! systemctl is-active --quiet nginx; then
  nginx -t -q
  systemctl reload-or-restart nginx
fi
