# What scripts have in common: their words, and Debian's packages, of which those that
# are missing are named, then installed. Sourced.
# shellcheck shell=bash

packages=()
reasons=()
as_root=(env DEBIAN_FRONTEND=noninteractive)

say() { echo "$*" >&2; }

stop() {
    say "${0##*/}: $*"
    exit 1
}

tell_head() { # of the script that runs: what it says of itself
    sed -n '2,/^[^#]/ s/^# \{0,1\}//p' "$0"
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

install_packages() { # what lack was told of; nothing if it was told of nothing
    ((${#packages[@]})) || return 0
    say "These Debian packages are missing:"
    printf '  %s\n' "${reasons[@]}" >&2
    local install=(apt-get install -qy --no-install-recommends "${packages[@]}")
    have apt-get || stop "please install what these Debian packages hold: ${packages[*]}"
    become_root "${install[@]}"
    say "Installing them: ${as_root[*]} ${install[*]}"
    compgen -G "/var/lib/apt/lists/*_Packages*" >/dev/null ||
        "${as_root[@]}" apt-get update -q
    "${as_root[@]}" "${install[@]}" || install_with_fresh_lists "${install[@]}"
}

become_root() { # for this COMMAND, if not before
    ((EUID != 0)) && [[ ${as_root[0]} != sudo ]] || return 0
    have sudo || stop "please run as root, and then come back: $*"
    as_root=(sudo "${as_root[@]}")
}

install_with_fresh_lists() {
    say "Once more, with fresh package lists:"
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" "$@" || stop "apt-get failed, see above. It was asked to: $*"
}
