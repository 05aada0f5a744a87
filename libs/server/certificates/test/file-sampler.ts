import { type SystemdHost, waitUntil } from '@lockstep/server-testing';

/** Tens of thousands of looks a second, and each different state once: mode, owner, group, and whether it has content. */
const program = `
  while (-e "/run/sampling") {
    for my $path (glob($ARGV[0])) {
      my @is = stat($path) or next;
      my $state = sprintf("%03o %d:%d %s", $is[2] & 07777, $is[4], $is[5], $is[7] ? "filled" : "empty");
      my $which = $path =~ /\\.lockstep-/ ? "staged" : "live";
      $seen{"$which $state"}++;
    }
    open(my $told, ">", "/run/samples") if $looks++ == 0;
  }
  print "$looks\\n", map { "$_\\n" } sort keys %seen;`;

/** Another process on a host that looks at files as fast as it can, while something happens to them. */
export class FileSampler {
  private constructor(
    private readonly host: SystemdHost,
    private readonly running: Promise<string>,
  ) {}

  /** `pattern` is a glob. Resolves once it looks. */
  static async start(host: SystemdHost, pattern: string): Promise<FileSampler> {
    await host.execute('rm -f /run/samples; touch /run/sampling');
    const running = host.execute(`timeout 60 perl -e '${program}' '${pattern}'`);
    await waitUntil('it samples', async () => (await host.execute('ls /run')).includes('samples') || undefined);
    return new FileSampler(host, running);
  }

  /** The different states that it saw, and how often it looked. */
  async stop(): Promise<{ looks: number; states: string[] }> {
    await this.host.execute('rm /run/sampling');
    const [looks, ...states] = (await this.running).trim().split('\n');
    return { looks: Number(looks), states };
  }
}
