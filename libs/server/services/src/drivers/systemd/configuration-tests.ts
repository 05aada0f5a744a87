/** A service's own test of its configuration: reads, and changes nothing. The first word is found on the host's path. */
interface KnownTest {
  /** Names of the service without suffix; an instance or version may follow where the pattern says so. */
  readonly services: RegExp;
  readonly command: readonly [string, ...string[]];
}

/**
 * In the order in which they are asked. To add one: the command must exit with 0 exactly when a start would accept the
 * configuration, must change nothing, and must not need the service to run. Words are of letters, digits and `/ . : _ - =`.
 */
const knownTests: readonly KnownTest[] = [
  { services: /^nginx$/, command: ['nginx', '-t'] },
  { services: /^openresty$/, command: ['openresty', '-t'] },
  { services: /^sshd?$/, command: ['sshd', '-t'] },
  { services: /^apache2$/, command: ['apache2ctl', 'configtest'] },
  { services: /^httpd$/, command: ['httpd', '-t'] },
  { services: /^haproxy$/, command: ['haproxy', '-c', '-q', '-f', '/etc/haproxy/haproxy.cfg'] },
  { services: /^(?:named|bind9)$/, command: ['named-checkconf'] },
  { services: /^unbound$/, command: ['unbound-checkconf'] },
  { services: /^dnsmasq$/, command: ['dnsmasq', '--test'] },
  { services: /^postfix$/, command: ['postfix', 'check'] },
  { services: /^rsyslog$/, command: ['rsyslogd', '-N1'] },
  { services: /^squid$/, command: ['squid', '-k', 'parse'] },
  { services: /^nftables$/, command: ['nft', '-c', '-f', '/etc/nftables.conf'] },
  { services: /^keepalived$/, command: ['keepalived', '-t'] },
  { services: /^caddy$/, command: ['caddy', 'validate', '--config', '/etc/caddy/Caddyfile'] },
  { services: /^prometheus$/, command: ['promtool', 'check', 'config', '/etc/prometheus/prometheus.yml'] },
];

/** The command that tests a unit's configuration; null when none is known. */
export function configurationTestOf(unit: string): readonly [string, ...string[]] | null {
  const stem = /^(.+)\.service$/.exec(unit)?.[1];
  return (stem !== undefined && knownTests.find(({ services }) => services.test(stem))?.command) || null;
}
