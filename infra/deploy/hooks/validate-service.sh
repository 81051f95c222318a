#!/usr/bin/env bash
# A deployment has succeeded when the leader takes orders again; on the other host, when the release is in place.
set -euo pipefail
# shellcheck disable=SC1091 # Written by bootstrap.sh on the host.
source /etc/exchange/host.env
export EXCHANGE_ENVIRONMENT EXCHANGE_COLOUR EXCHANGE_REGION

if ! /opt/exchange/current/deploy/may-lead; then
  test -x /opt/exchange/current/dotnet/dotnet
  exit 0
fi

# Recovery takes as long as it takes; the hook's own time-out (appspec.yml) ends this.
until curl -sf --max-time 2 http://127.0.0.1:8080/health/ready; do
  if systemctl is-failed -q exchange.service; then
    journalctl -u exchange.service -n 50 --no-pager
    exit 1
  fi
  sleep 1
done
