#!/bin/bash
# Brings what the bench's other peers need: Debian packages, and the vendor's SDK from
# npm into .cache. For Debian 12 and 13; quick when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/../../.."

sdk=.cache/bench-chromium
lock=tests/bench/peers/chromium/package-lock.json
packages=()
reasons=()

main() {
    look_at_gstreamer
    look_at_chromium
    ((${#packages[@]} == 0)) || install_packages
    [[ -e $sdk/installed && $(<"$sdk/installed") == "$(sha256sum "$lock")" ]] || install_sdk
}

say() { echo "$*" >&2; }

stop() {
    say "tests/bench/peers/install.sh: $*"
    exit 1
}

have() { command -v "$1" >/dev/null; }

lack() { # PACKAGE, and what it is for
    packages+=("$1")
    reasons+=("$1: $2")
}

need() { # PACKAGE, and what it is for
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]] ||
        lack "$@"
}

look_at_gstreamer() {
    need gstreamer1.0-plugins-base "Opus for GStreamer"
    need gstreamer1.0-plugins-good "RTP and its jitter buffer for GStreamer"
    need gstreamer1.0-plugins-bad "GStreamer's webrtcbin"
    need gstreamer1.0-nice "ICE for webrtcbin"
    need gstreamer1.0-alsa "sound cards for GStreamer"
    need python3-gi "how Python speaks to GStreamer"
    need gir1.2-gst-plugins-base-1.0 "the same, for SDP"
    need gir1.2-gst-plugins-bad-1.0 "the same, for webrtcbin"
    need python3-websockets "signalling, for the Python that has GStreamer"
    have openssl || lack openssl "webrtcbin's key"
}

look_at_chromium() {
    have chromium || lack chromium "what the vendor's SDK runs in"
    have pactl || lack pulseaudio-utils "to name a browser's microphone and speaker"
    have npm || lack npm "where the vendor's SDK comes from"
}

install_packages() {
    say "These Debian packages are missing:"
    printf '  %s\n' "${reasons[@]}" >&2
    local install=(apt-get install -qy --no-install-recommends "${packages[@]}")
    local as_root=(env DEBIAN_FRONTEND=noninteractive)
    have apt-get || stop "please install what these Debian packages hold: ${packages[*]}"
    if ((EUID != 0)); then
        have sudo || stop "please run as root, and then come back: ${install[*]}"
        as_root=(sudo "${as_root[@]}")
    fi
    say "Installing them: ${as_root[*]} ${install[*]}"
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" "${install[@]}" || stop "apt-get failed, see above"
}

install_sdk() {
    say "Installing the vendor's SDK into $sdk."
    rm -rf "$sdk"
    mkdir -p "$sdk"
    cp tests/bench/peers/chromium/package.json "$lock" "$sdk"
    npm --prefix "$sdk" ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
        stop "npm failed, see above"
    sha256sum "$lock" >"$sdk/installed"
}

main
