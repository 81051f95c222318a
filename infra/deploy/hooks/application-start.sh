#!/usr/bin/env bash
# Starts the exchange. On the host that does not lead, the unit's condition skips the start.
set -euo pipefail
systemctl start exchange.service
