#!/bin/bash
# Brings Chromium from Debian, and the vendor's SDK from npm into .cache. For Debian 12
# and 13; quick when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/debian.sh

sdk=.cache/browser
lock=tests/browser/package-lock.json

main() {
    have chromium || lack chromium "what the vendor's SDK runs in"
    have pactl || lack pulseaudio-utils "to name a browser's microphone and speaker"
    have npm || lack npm "where the vendor's SDK comes from"
    install_packages
    [[ -e $sdk/installed && $(<"$sdk/installed") == "$(sha256sum "$lock")" ]] || install_sdk
}

install_sdk() {
    say "Installing the vendor's SDK into $sdk."
    rm -rf "$sdk"
    mkdir -p "$sdk"
    cp tests/browser/package.json "$lock" "$sdk"
    npm --prefix "$sdk" ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
        stop "npm failed, see above"
    sha256sum "$lock" >"$sdk/installed"
}

main
