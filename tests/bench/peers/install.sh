#!/bin/bash
# Brings what the bench's other peers need: Debian packages, a browser, and the vendor's
# SDK, and Debian 13's libopus. For Debian 12 and 13; quick when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. scripts/debian.sh

libopus=.cache/bench-libopus

main() {
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
    install_packages
    tests/browser/install.sh
    [[ -e $libopus/libopus.so.0 ]] || fetch_libopus
}

# From this machine's own mirror, with package lists of its own, and unpacked only.
fetch_libopus() {
    say "Fetching Debian 13's libopus0 into $libopus."
    local here=$PWD/$libopus
    rm -rf "$libopus"
    mkdir -p "$here/lists/partial" "$here/cache/archives/partial"
    echo "deb $(debian_mirror) trixie main" >"$here/sources.list"
    local apt=(apt-get -qo "Dir::State::lists=$here/lists" -o "Dir::Cache=$here/cache"
        -o "Dir::Etc::sourcelist=$here/sources.list" -o Dir::Etc::sourceparts=-
        -o Acquire::Languages=none -o APT::Sandbox::User=root)
    "${apt[@]}" update >&2 || stop "no package lists of Debian 13, see above"
    (cd "$libopus" && "${apt[@]}" download libopus0/trixie >&2) ||
        stop "no libopus0 of Debian 13, see above"
    dpkg-deb --extract "$libopus"/libopus0_*.deb "$libopus/unpacked"
    (cd "$libopus" && ln -s unpacked/usr/lib/*/libopus.so.0 .)
}

debian_mirror() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
        awk '$2 == "Debian" { print $1; exit }'
}

main
