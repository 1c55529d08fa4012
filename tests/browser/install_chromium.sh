#!/usr/bin/env bash
# The browser tests need a system Chromium. Install it where that is allowed; otherwise say which command to run.
set -eu
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium for the browser tests …"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-color-emoji) >/dev/null && exit 0
fi
echo "The browser tests need Chromium. Run this, then try again:" >&2
echo "    sudo apt-get update && sudo apt-get install --yes chromium fonts-noto-color-emoji" >&2
exit 1
