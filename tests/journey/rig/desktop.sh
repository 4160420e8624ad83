#!/bin/bash
# A private desktop: a screen, a bus, an unlocked keyring, and the driver of the web view. Prints "display bus group" when
# all answer, and ends when its standard input does.
#   desktop.sh FOLDER PORT
set -eu
folder=$1 port=$2
mkfifo "$folder/display" "$folder/bus"
# Held open here: who says something and closes it before anybody reads would have said it to nobody.
exec 5<>"$folder/display" 6<>"$folder/bus"

Xvfb -displayfd 5 -screen 0 1280x800x24 -nolisten tcp 6>&- >>"$folder/log" 2>&1 </dev/null &
read -r number <&5
dbus-daemon --session --nofork --print-address=6 5>&- >>"$folder/log" 2>&1 </dev/null &
read -r bus <&6
exec 5>&- 6>&-

export DISPLAY=":$number" DBUS_SESSION_BUS_ADDRESS="$bus"
unset WAYLAND_DISPLAY
printf journey | gnome-keyring-daemon --foreground --unlock --components=secrets >>"$folder/log" 2>&1 &
TAURI_WEBVIEW_AUTOMATION=true WebKitWebDriver --host=127.0.0.1 --port="$port" >>"$folder/log" 2>&1 </dev/null &
driver=$!

for _ in $(seq 600); do
  if ! kill -0 "$driver" 2>/dev/null; then
    echo "the driver of the web view ended" >&2
    exit 1
  fi
  if (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null; then
    printf '%s %s %s\n' "$DISPLAY" "$bus" "$$"
    exec cat >/dev/null
  fi
  sleep 0.1
done
echo "the driver of the web view does not answer" >&2
exit 1
