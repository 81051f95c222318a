#!/usr/bin/env bash
# What the runbooks' commands use; read it into your shell first:  source infra/runbooks/functions.sh production
# It needs the AWS command line with rights in the environment's account, and jq.
set -euo pipefail
if [[ ${BASH_SOURCE[0]} != "$0" ]]; then
  # In somebody's own shell a mistyped command must not end the session.
  set +euo pipefail
fi
E=${1:?usage: source infra/runbooks/functions.sh ENVIRONMENT}
R=$(jq -r .region "infra/environments/$E.json")
A=$(jq -r .account "infra/environments/$E.json")
D=$(jq -r .edge.domainName "infra/environments/$E.json")
export E R A D AWS_REGION=$R

# The colour that leads.
leader() { aws ssm get-parameter --name "/exchange/$E/engine/leader" --query Parameter.Value --output text; }

# The instance of a colour: instance blue
instance() {
  aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "exchange-$E-engine-$1" \
    --query 'AutoScalingGroups[0].Instances[0].InstanceId' --output text
}

# Runs a command as root on the host of a colour and prints what it says: on blue systemctl status exchange
on() {
  local colour=$1 id command
  shift
  id=$(aws ssm send-command --document-name AWS-RunShellScript --targets "Key=InstanceIds,Values=$(instance "$colour")" \
    --parameters "$(jq -cn --arg c "$*" '{commands: [$c]}')" --query Command.CommandId --output text)
  command=$(instance "$colour")
  aws ssm wait command-executed --command-id "$id" --instance-id "$command" || true
  aws ssm get-command-invocation --command-id "$id" --instance-id "$command" --query '[StandardOutputContent, StandardErrorContent]' --output text
}

# An administrative verb on the leading host: admin show status
admin() {
  on "$(leader)" "/opt/exchange/current/dotnet/dotnet /opt/exchange/current/app/Exchange.Host.dll admin $* --url http://127.0.0.1:8081 --token-file /run/exchange/operator-token"
}
