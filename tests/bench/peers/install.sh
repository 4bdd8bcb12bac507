#!/bin/bash
# Brings what the bench's other peers need: Debian packages, a browser, and the vendor's
# SDK. For Debian 12 and 13; quick when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. scripts/debian.sh

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
}

main
