/**
 * The scripts that look for certificates on a host. Each is constant text: what differs comes on standard input, in lines,
 * and reaches a program as one whole argument. The first line is the mark by which a demo host knows a script.
 */
const preamble = `export LC_ALL=C
PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH"`;

/** Local addresses and ports of sockets that listen (state 0A), hexadecimal as the kernel tells them (proc(5), /proc/net/tcp). */
export const listeningScript = `# lockstep certificates listening 1
${preamble}
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" { print $2 }' | sort -u | head -n 1000`;

/** What certificates are usually called. */
const names = `\\( -name '*.pem' -o -name '*.crt' -o -name '*.cer' -o -name '*.cert' \\)`;

/**
 * First line: \`usual\` to search the usual folders too. Then files and folders, one a line. Of each file the certificates
 * alone are printed, whole blocks of at most 128 lines: what else is in it, private keys above all, stays on the host.
 * System bundles of roots are passed over, and so are links outside of Certbot's folder, which lead to such bundles.
 */
export const searchScript = `# lockstep certificates search 1
${preamble}
IFS= read -r what
search() { find "$@" -type f ${names} ! -name 'ca-certificates.crt' ! -name 'ca-bundle*' ! -name '*
*' 2>/dev/null; }
places() {
  if [ "$what" = usual ]; then
    search -L /etc/letsencrypt/live -maxdepth 3
    search /etc/ssl /etc/nginx /etc/apache2 /etc/httpd /etc/haproxy /etc/pki/tls/certs /etc/postfix /etc/dovecot -maxdepth 4
    for folder in /etc/letsencrypt/live /etc/letsencrypt/archive; do
      if [ -d "$folder" ] && ! { [ -r "$folder" ] && [ -x "$folder" ]; }; then printf '%s\\n' "$folder"; fi
    done
  fi
  while IFS= read -r path; do
    if [ -d "$path" ] && [ -r "$path" ] && [ -x "$path" ]; then search -L "$path" -maxdepth 3; else printf '%s\\n' "$path"; fi
  done
}
places | awk '!seen[$0]++' | head -n 400 | while IFS= read -r file; do
  if [ -f "$file" ] && [ -r "$file" ]; then
    printf 'lockstep:file=%s\\n' "$file"
    head -c 262144 -- "$file" | awk '
      /^-----BEGIN CERTIFICATE-----/ { block = $0 "\\n"; lines = 1; next }
      /^-----BEGIN / { lines = 0 }
      lines > 0 && lines < 128 && /^[A-Za-z0-9+\\/= \\t\\r]*$/ { block = block $0 "\\n"; lines++; next }
      lines > 0 && /^-----END CERTIFICATE-----/ { printf "%s%s\\n", block, $0; if (++count == 10) exit }
      { lines = 0 }'
  elif [ -e "$file" ]; then printf 'lockstep:unreadable=%s\\n' "$file"
  else printf 'lockstep:missing=%s\\n' "$file"
  fi
done`;
