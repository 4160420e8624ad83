#!/bin/sh
# Renders every icon from the SVGs. Needs rsvg-convert (librsvg2-bin), convert (imagemagick) and python3.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

png() { rsvg-convert -w "$2" -h "$2" "$1" -o "$work/raw.png" && convert "$work/raw.png" -strip "PNG32:$3"; }

png claviger-small.svg 32 32x32.png
png claviger.svg 128 128x128.png
png claviger.svg 256 128x128@2x.png
png claviger.svg 512 icon.png
png tray.svg 64 tray.png

for size in 16 24 32 48; do png claviger-small.svg $size "$work/$size.png"; done
for size in 64 128 256 512 1024; do png claviger.svg $size "$work/$size.png"; done
convert "$work/16.png" "$work/24.png" "$work/32.png" "$work/48.png" "$work/64.png" "$work/256.png" icon.ico

python3 - "$work" icon.icns <<'PY'
import pathlib, struct, sys
work, target = map(pathlib.Path, sys.argv[1:])
sizes = {b"icp4": 16, b"icp5": 32, b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic13": 256, b"ic08": 256, b"ic14": 512, b"ic09": 512, b"ic10": 1024}
entries = b""
for kind, size in sizes.items():
    data = (work / f"{size}.png").read_bytes()
    entries += kind + struct.pack(">I", len(data) + 8) + data
target.write_bytes(b"icns" + struct.pack(">I", len(entries) + 8) + entries)
PY
