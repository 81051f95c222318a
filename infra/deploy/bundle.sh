#!/usr/bin/env bash
# Builds the deployment bundle of this checkout: bundle.sh FILE.tar.gz
# The bundle holds the published host, the .NET runtime that it was tested on, the units and hooks. It needs no package feed on the target.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=$(readlink -m "${1:?usage: bundle.sh FILE.tar.gz}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$repository"
dotnet publish Exchange.Host/Exchange.Host.csproj -c Release -o "$work/app" --nologo -v quiet

dotnet_root=$(dirname "$(readlink -f "$(command -v dotnet)")")
needed() { # framework: its version as the published host resolves it
  dotnet --list-runtimes | awk -v name="$1" '$1 == name && $2 ~ /^10\.0\./ { version = $2 } END { print version }'
}
install -d "$work/dotnet/host/fxr" "$work/dotnet/shared/Microsoft.NETCore.App" "$work/dotnet/shared/Microsoft.AspNetCore.App"
cp "$dotnet_root/dotnet" "$work/dotnet/"
core=$(needed Microsoft.NETCore.App)
cp -r "$dotnet_root/host/fxr/$core" "$work/dotnet/host/fxr/"
cp -r "$dotnet_root/shared/Microsoft.NETCore.App/$core" "$work/dotnet/shared/Microsoft.NETCore.App/"
cp -r "$dotnet_root/shared/Microsoft.AspNetCore.App/$(needed Microsoft.AspNetCore.App)" "$work/dotnet/shared/Microsoft.AspNetCore.App/"

cp -r infra/deploy "$work/deploy"
mv "$work/deploy/appspec.yml" "$work/appspec.yml"
cp -r infra/otel "$work/otel"
cp README.md "$work/README.md"
{ git rev-parse --short=12 HEAD 2>/dev/null || date -u +%Y%m%d%H%M%S; } > "$work/RELEASE"
chmod -R u=rwX,go=rX "$work"
tar -C "$work" -czf "$target" .
echo "$target: release $(cat "$work/RELEASE"), .NET $core, $(du -h "$target" | cut -f1)"
