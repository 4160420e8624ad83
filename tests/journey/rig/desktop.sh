#!/bin/bash
# A private desktop: a screen, a bus, an unlocked keyring, and the driver of the web view. Prints "display bus group" when
# all answer, and ends when its standard input does.
#   desktop.sh FOLDER PORT
set -eu
folder=$1 port=$2
mkfifo "$folder/display" "$folder/bus"

Xvfb -displayfd 5 -screen 0 1280x800x24 -nolisten tcp 5<>"$folder/display" >>"$folder/log" 2>&1 </dev/null &
read -r number <"$folder/display"
dbus-daemon --session --nofork --print-address=5 5<>"$folder/bus" >>"$folder/log" 2>&1 </dev/null &
read -r bus <"$folder/bus"

export DISPLAY=":$number" DBUS_SESSION_BUS_ADDRESS="$bus"
unset WAYLAND_DISPLAY
printf journey | gnome-keyring-daemon --foreground --unlock --components=secrets >>"$folder/log" 2>&1 &
TAURI_WEBVIEW_AUTOMATION=true WebKitWebDriver --host=127.0.0.1 --port="$port" >>"$folder/log" 2>&1 </dev/null &

for _ in $(seq 600); do
  if (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null; then
    printf '%s %s %s\n' "$DISPLAY" "$bus" "$$"
    exec cat >/dev/null
  fi
  sleep 0.1
done
echo "the driver of the web view does not answer" >&2
exit 1
