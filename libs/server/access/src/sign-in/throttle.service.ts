import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { ProblemException } from '@lockstep/server-http';
import ipaddr from 'ipaddr.js';
import { DataSource } from 'typeorm';
import { AccessKeys } from '../keys/access-keys.js';

/** Failures that cost nothing, by what they are counted for; many people may share an address. */
const free = { user: 5, address: 50 } as const;
/** The block doubles with each failure beyond those, up to this. Seconds. */
const longestBlock = 300;
/** Failures are forgotten after this long without another. Seconds. */
const memory = 15 * 60;

/** Whose failures are counted: those for one user name and those from one address. */
export interface Attempt {
  readonly username?: string;
  readonly address: string;
}

/** An IPv6 customer has a /64 of addresses at least, so those count as one; IPv4 inside IPv6 counts as IPv4. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const [one = 0, two = 0, three = 0, four = 0] = (parsed as ipaddr.IPv6).parts;
  return `${[one, two, three, four].map((part) => part.toString(16)).join(':')}::/64`;
}

/** Counts failed attempts in Postgres, so that replicas count together, and makes guessers wait longer each time. */
@Injectable()
export class ThrottleService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly accessKeys: AccessKeys,
  ) {}

  /** @throws {ProblemException} TOO_MANY_REQUESTS with the seconds to wait. */
  async assertNotBlocked(attempt: Attempt): Promise<void> {
    const rows: { seconds: number | null }[] = await this.dataSource.query(
      `SELECT ceil(extract(epoch FROM max(blocked_until) - clock_timestamp()))::integer AS seconds
       FROM sign_in_attempts WHERE key = ANY ($1) AND blocked_until > clock_timestamp()`,
      [this.keysOf(attempt).map(({ key }) => key)],
    );
    const seconds = rows[0]?.seconds ?? 0;
    if (seconds > 0)
      throw new ProblemException('TOO_MANY_REQUESTS', `Try again in ${seconds} s.`, { retryAfter: seconds });
  }

  async countFailure(attempt: Attempt): Promise<void> {
    for (const { key, free: allowed } of this.keysOf(attempt)) {
      await this.dataSource.query(
        `INSERT INTO sign_in_attempts AS a (key, failures, blocked_until, updated_at)
         VALUES ($1, 1, '-infinity', clock_timestamp())
         ON CONFLICT (key) DO UPDATE SET (failures, blocked_until, updated_at) = (
           SELECT failures,
             CASE WHEN failures > $2
               THEN clock_timestamp() + make_interval(secs => least($3::float8, 2 ^ least(failures - $2 - 1, 20)))
               ELSE '-infinity' END,
             clock_timestamp()
           FROM (SELECT CASE WHEN a.updated_at < clock_timestamp() - make_interval(secs => $4) THEN 1 ELSE a.failures + 1 END AS failures) counted
         )`,
        [key, allowed, longestBlock, memory],
      );
    }
  }

  /** A success ends the counting for the user name; not for the address, where a guesser may have an account too. */
  async forgetFailures(username: string): Promise<void> {
    await this.dataSource.query('DELETE FROM sign_in_attempts WHERE key = $1', [this.userKey(username)]);
  }

  async prune(): Promise<void> {
    await this.dataSource.query(`DELETE FROM sign_in_attempts WHERE updated_at < now() - interval '1 day'`);
  }

  /** Not the name itself: people type their password into the wrong field. */
  private userKey(username: string): string {
    return `user:${createHmac('sha256', this.accessKeys.attemptedName).update(username.toLowerCase()).digest('base64url')}`;
  }

  private keysOf({ username, address }: Attempt): { key: string; free: number }[] {
    return [
      ...(username === undefined ? [] : [{ key: this.userKey(username), free: free.user }]),
      { key: `address:${addressKey(address)}`, free: free.address },
    ];
  }
}
