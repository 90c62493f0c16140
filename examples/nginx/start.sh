#!/bin/sh
# Fills in the addresses that Seaworthy hands over in the environment, and becomes nginx.
set -eu
folder=$(mktemp -d)
sed -e "s|@PORT@|$PORT|" -e "s|@SITE_A@|$SITE_A_ADDRESS|" -e "s|@SITE_B@|$SITE_B_ADDRESS|" \
  -e "s|@FOLDER@|$folder|" -e "s|@RETRY@|$RETRY|" nginx.conf >"$folder/nginx.conf"
exec "$(command -v nginx || echo /usr/sbin/nginx)" -p "$folder" -c "$folder/nginx.conf"
