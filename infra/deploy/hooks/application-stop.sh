#!/usr/bin/env bash
# Before a new release is installed: hands the lead over where a standby can take it, then stops the exchange.
# Comes from the release that runs now, not from the one being installed.
set -euo pipefail

# The standby and its handover are not part of this release; a release that has them brings this program, and the stop then costs no request.
handover=/opt/exchange/current/deploy/handover
if [[ -x $handover ]]; then
  "$handover"
fi

# Finishes and answers what was admitted; everything acknowledged is on disk before that.
systemctl stop exchange.service
