#!/usr/bin/env bash
# First boot of an engine host (Amazon Linux 2023): data volume, users, units, agents. Runs as root, once; running it again changes nothing.
# The launch template writes these before it: EXCHANGE_ENVIRONMENT, EXCHANGE_COLOUR, EXCHANGE_REGION, EXCHANGE_BUNDLE_BUCKET,
# EXCHANGE_ARCHIVE_BUCKET, EXCHANGE_SECRETS_KEY_ID, EXCHANGE_OPERATOR_TOKEN_ID, EXCHANGE_TRUSTED_PROXIES, and of the stores EXCHANGE_AURORA_SECRET_ID,
# EXCHANGE_REDIS_TOKEN_ID, EXCHANGE_REDIS_ADDRESS, EXCHANGE_TABLE_PREFIX, EXCHANGE_EVENTS_QUEUE, EXCHANGE_AUDIT_STREAM.
set -euo pipefail
: "${EXCHANGE_ENVIRONMENT:?}" "${EXCHANGE_COLOUR:?}" "${EXCHANGE_REGION:?}" "${EXCHANGE_BUNDLE_BUCKET:?}" "${EXCHANGE_ARCHIVE_BUCKET:?}"
: "${EXCHANGE_SECRETS_KEY_ID:?}" "${EXCHANGE_OPERATOR_TOKEN_ID:?}" "${EXCHANGE_TRUSTED_PROXIES:?}"
: "${EXCHANGE_AURORA_SECRET_ID:?}" "${EXCHANGE_REDIS_TOKEN_ID:?}" "${EXCHANGE_REDIS_ADDRESS:?}" "${EXCHANGE_TABLE_PREFIX:?}" "${EXCHANGE_EVENTS_QUEUE:?}" "${EXCHANGE_AUDIT_STREAM:?}"

data_folder=/var/lib/exchange
data_volume=/dev/sdf

say() { echo "bootstrap: $*"; }

# The volume's name on this instance type: NVMe names do not follow the launch template's.
find_volume() {
  local waited
  for ((waited = 0; waited < 60; waited++)); do
    for device in "$data_volume" /dev/nvme[0-9]n1; do
      [[ -b $device ]] || continue
      if [[ $device == "$data_volume" ]] || [[ $(/usr/sbin/ebsnvme-id -b "$device" 2>/dev/null) =~ ^(/dev/)?sdf$ ]]; then
        readlink -f "$device"
        return 0
      fi
    done
    sleep 1
  done
  say "the data volume ($data_volume) did not appear within a minute" >&2
  return 1
}

mount_data() {
  mountpoint -q "$data_folder" && return 0
  local device
  device=$(find_volume)
  # Only a volume without any file system is formatted: one that comes from another host holds a journal.
  if [[ -z $(blkid -o value -s TYPE "$device" || true) ]]; then
    say "formatting $device"
    mkfs.ext4 -q -L exchange-data "$device"
  fi
  install -d -m 0700 "$data_folder"
  grep -q 'LABEL=exchange-data' /etc/fstab || echo "LABEL=exchange-data $data_folder ext4 noatime,nodiratime,data=ordered,errors=remount-ro 0 2" >> /etc/fstab
  mount "$data_folder"
}

add_user() {
  id exchange >/dev/null 2>&1 || useradd --system --home-dir "$data_folder" --shell /usr/sbin/nologin exchange
  chown exchange:exchange "$data_folder"
  chmod 0700 "$data_folder"
}

# The engine, journal and publisher threads take the last three processors for themselves; everything else of this machine stays on the others.
write_settings() {
  local processors housekeeping
  processors=$(nproc)
  housekeeping=$((processors > 4 ? processors - 3 : processors))
  install -d -m 0755 /etc/exchange /etc/systemd/system.conf.d
  cat > /etc/systemd/system.conf.d/exchange.conf <<CONF
[Manager]
CPUAffinity=0-$((housekeeping - 1))
CONF
  {
    echo "EXCHANGE_ENVIRONMENT=$EXCHANGE_ENVIRONMENT"
    echo "EXCHANGE_COLOUR=$EXCHANGE_COLOUR"
    echo "EXCHANGE_REGION=$EXCHANGE_REGION"
    echo "EXCHANGE_SECRETS_KEY_ID=$EXCHANGE_SECRETS_KEY_ID"
    echo "EXCHANGE_OPERATOR_TOKEN_ID=$EXCHANGE_OPERATOR_TOKEN_ID"
    echo "EXCHANGE_AURORA_SECRET_ID=$EXCHANGE_AURORA_SECRET_ID"
    echo "EXCHANGE_REDIS_TOKEN_ID=$EXCHANGE_REDIS_TOKEN_ID"
    echo "EXCHANGE_REDIS_ADDRESS=$EXCHANGE_REDIS_ADDRESS"
    echo "AWS_REGION=$EXCHANGE_REGION"
    echo "Exchange__Archive__Bucket=$EXCHANGE_ARCHIVE_BUCKET"
    echo "Exchange__Replication__DynamoDb__TablePrefix=$EXCHANGE_TABLE_PREFIX"
    echo "Exchange__Replication__Sqs__Queue=$EXCHANGE_EVENTS_QUEUE"
    echo "Exchange__Replication__Kinesis__Stream=$EXCHANGE_AUDIT_STREAM"
    echo "Exchange__Api__TrustedProxies=$EXCHANGE_TRUSTED_PROXIES"
    if ((processors > 4)); then
      echo "Exchange__Engine__EngineCpu=$((processors - 1))"
      echo "Exchange__Engine__JournalCpu=$((processors - 2))"
      echo "Exchange__Engine__PublisherCpu=$((processors - 3))"
      echo "Exchange__Engine__WaitStrategy=BusySpin"
    fi
  } > /etc/exchange/host.env
  chmod 0644 /etc/exchange/host.env
  systemctl daemon-reexec
}

tune() {
  cat > /etc/sysctl.d/90-exchange.conf <<CONF
# Dirty pages are written early: a large backlog would stall the journal's sync behind it.
vm.dirty_background_bytes = 67108864
vm.dirty_bytes = 268435456
vm.swappiness = 1
net.core.somaxconn = 4096
net.ipv4.tcp_max_syn_backlog = 8192
net.ipv4.tcp_slow_start_after_idle = 0
CONF
  sysctl -q --system
  [[ -w /sys/kernel/mm/transparent_hugepage/enabled ]] && echo madvise > /sys/kernel/mm/transparent_hugepage/enabled
  return 0
}

install_agents() {
  dnf install -y -q ruby amazon-ssm-agent awscli-2 libicu jq
  local work
  work=$(mktemp -d)
  aws s3 cp --region "$EXCHANGE_REGION" "s3://aws-codedeploy-$EXCHANGE_REGION/latest/install" "$work/install"
  chmod +x "$work/install"
  "$work/install" auto
  rm -r "$work"
  if ! rpm -q otelcol-contrib >/dev/null 2>&1; then
    aws s3 cp --region "$EXCHANGE_REGION" "s3://$EXCHANGE_BUNDLE_BUCKET/otel/otelcol-contrib.rpm" /var/tmp/otelcol-contrib.rpm
    rpm -i /var/tmp/otelcol-contrib.rpm
  fi
  install -d -m 0755 /etc/systemd/system/otelcol-contrib.service.d
  printf '[Service]\nEnvironmentFile=/etc/exchange/host.env\n' > /etc/systemd/system/otelcol-contrib.service.d/exchange.conf
  systemctl daemon-reload
}

# The authorities that sign Aurora's certificates, which no system trusts by itself.
trust_aurora() {
  curl -sSf --retry 5 -o /etc/exchange/aurora-ca.pem "https://truststore.pki.rds.amazonaws.com/$EXCHANGE_REGION/$EXCHANGE_REGION-bundle.pem"
  chmod 0644 /etc/exchange/aurora-ca.pem
}

mount_data
add_user
write_settings
trust_aurora
tune
install_agents
say "done: the deployment installs the exchange and starts it"
