import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

const wholeNumber = (least: number, most: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().min(least).max(most));

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const origins = list.pipe(z.array(z.url({ protocol: /^https?$/ }).transform((text) => new URL(text).origin)));

/** `port`, `address:port` or `[address]:port`; all addresses unless one is told. */
const addressAndPort = z
  .string()
  .regex(/^(?:(?:[\w.-]+|\[[0-9A-Fa-f:.]+\]):)?\d{1,5}$/, 'must be a port, or address:port')
  .transform((text) => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, Math.max(at, 0)).replace(/^\[|\]$/g, '') || '::', port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port >= 1 && port <= 65_535, 'must have a port from 1 to 65535');

/** What lies there is run by this process, so nobody else may put something there. */
const hooksFolder = z.string().refine((path) => {
  const facts = isAbsolute(path) ? statSync(path, { throwIfNoEntry: false }) : undefined;
  return facts?.isDirectory() === true && (facts.mode & 0o022) === 0;
}, 'must be the absolute path of a folder that only its owner may write to');

/** Every variable that Lockstep reads. A wrong value stops the start with one sentence. */
const schema = z.object({
  PORT: wholeNumber(1, 65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  // Not z.url(): an address of a Unix socket has no host (libpq, «Connection URIs»).
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/\S+$/, 'must be a postgres:// address')
    .optional(),
  LOCKSTEP_DATA_DIR: z.string().min(1).optional(),
  LOCKSTEP_MASTER_KEY: z.string().min(1).optional(),
  LOCKSTEP_MASTER_KEY_FILE: z.string().min(1).optional(),
  LOCKSTEP_MASTER_KEY_PREVIOUS: z.string().min(1).optional(),
  LOCKSTEP_MASTER_KEY_PREVIOUS_FILE: z.string().min(1).optional(),
  LOCKSTEP_ADMIN_USERNAME: z.string().min(1).optional(),
  LOCKSTEP_ADMIN_PASSWORD: z.string().min(1).optional(),
  LOCKSTEP_ADMIN_PASSWORD_FILE: z.string().min(1).optional(),
  CONSOLE_ORIGIN: origins.default([]),
  LOCKSTEP_ALLOWED_NETWORKS: list.optional(),
  LOCKSTEP_SSH_DEADLINE_MS: wholeNumber(100, 600_000).optional(),
  LOCKSTEP_CHALLENGE_LISTEN: addressAndPort.optional(),
  LOCKSTEP_DNS_HOOKS: hooksFolder.optional(),
  LOCKSTEP_HEARTBEAT_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  LOCKSTEP_ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  LOCKSTEP_WORKERS: wholeNumber(1, 200).default(10),
  OPERATION_RETENTION_DAYS: wholeNumber(1, 36_500).default(90),
  LOG_RETENTION_DAYS: wholeNumber(1, 36_500).default(14),
  TRUST_PROXY: z
    .enum(['on', 'off', 'true', 'false', '1', '0', ''])
    .default('off')
    .transform((text) => ['on', 'true', '1'].includes(text)),
});

export type Environment = z.output<typeof schema>;

/** Thrown for a wrong value; the message is the sentence to print. */
export class EnvironmentError extends Error {}

/** Reads and checks the environment. An empty variable counts as none. @throws EnvironmentError */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new EnvironmentError(`${String(issue?.path[0])} is wrong: ${issue?.message ?? ''}.`);
  }
  return result.data;
}

/** The administrator to make unattended, if the environment names one. @throws EnvironmentError */
export function administratorOf(environment: Environment): { username: string; password: string } | undefined {
  const { LOCKSTEP_ADMIN_USERNAME: username, LOCKSTEP_ADMIN_PASSWORD_FILE: file } = environment;
  const password = file === undefined ? environment.LOCKSTEP_ADMIN_PASSWORD : readSecretFile(file);
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    throw new EnvironmentError(
      'LOCKSTEP_ADMIN_USERNAME and LOCKSTEP_ADMIN_PASSWORD (or _FILE) go together; one is missing.',
    );
  }
  return { username, password };
}

/** Where the embedded database, the master key and internal files are kept. */
export const dataDirectoryOf = (environment: Environment, projectDirectory: string): string =>
  resolve(environment.LOCKSTEP_DATA_DIR ?? resolve(projectDirectory, '.lockstep'));

function readSecretFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    throw new EnvironmentError(`The file in LOCKSTEP_ADMIN_PASSWORD_FILE (${path}) cannot be read.`);
  }
}
