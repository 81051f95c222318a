#!/usr/bin/env bash
# Turns the unpacked bundle into a release and makes it the current one; keeps the last three, so that a rollback is a link away.
set -euo pipefail
releases=/opt/exchange/releases
release=$releases/$(cat /opt/exchange/incoming/RELEASE)
rm -rf "$release"
mv /opt/exchange/incoming "$release"
chown -R root:root "$release"
chmod -R go-w "$release"
ln -sfn "$release" /opt/exchange/current.next
mv -T /opt/exchange/current.next /opt/exchange/current
install -m 0644 "$release/deploy/exchange.service" /etc/systemd/system/exchange.service
install -m 0644 "$release/otel/collector.yaml" /etc/otelcol-contrib/config.yaml
systemctl daemon-reload
systemctl enable -q exchange.service
systemctl restart otelcol-contrib.service

mapfile -t old < <(find "$releases" -mindepth 1 -maxdepth 1 -type d ! -path "$release" -printf '%T@ %p\n' | sort -rn | tail -n +3 | cut -d' ' -f2-)
if ((${#old[@]} > 0)); then
  rm -rf "${old[@]}"
fi
