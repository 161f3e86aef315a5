#!/bin/sh
# Makes sure of the system libraries that wheels do not carry: venv, PortAudio, Qt's display libraries, a font.
# Arguments are further packages. Installs what is missing on Debian and its kin; elsewhere it says what is needed.
set -eu

packages="python3-venv libportaudio2 libglib2.0-0 libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1
fontconfig fonts-dejavu-core libxcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0
libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libwayland-cursor0 libwayland-egl1 $*"

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "Not a Debian system: please see to it that PortAudio, EGL, xkbcommon, xcb, xcb-cursor, D-Bus and a font are installed."
    exit 0
fi

missing=""
for package in $packages; do
    case "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" in
        installed) ;;
        *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

echo "System packages to install:$missing"
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null; then
    as_root="sudo"
else
    echo "Only an administrator can install them, and there is no sudo here. Ask for, or run as root:" >&2
    echo "    apt-get update && apt-get install --no-install-recommends -y$missing" >&2
    exit 1
fi
$as_root apt-get update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install --no-install-recommends -y $missing
