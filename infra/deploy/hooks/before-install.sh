#!/usr/bin/env bash
# Empties the folder that the bundle is unpacked into.
set -euo pipefail
rm -rf /opt/exchange/incoming
install -d -m 0755 /opt/exchange/incoming /opt/exchange/releases
