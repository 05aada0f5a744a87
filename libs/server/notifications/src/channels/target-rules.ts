import { isIP } from 'node:net';
import { randomBytes } from 'node:crypto';
import type { NotificationTarget, NotificationTargetInput } from '@lockstep/contract';
import { ProblemException } from '@lockstep/server-http';
import type { NetworkPolicy } from '@lockstep/server-ssh';

/** A target taken apart: what may be shown, and what may not. */
export interface TargetParts {
  readonly settings: NotificationTarget;
  /** Undefined: not given, so the stored one stays. Null: none. */
  readonly secret: string | null | undefined;
}

export function partsOf(input: NotificationTargetInput): TargetParts {
  switch (input.kind) {
    case 'email': {
      const { password, ...settings } = input;
      return { settings, secret: password };
    }
    case 'webhook': {
      const { secret, ...settings } = input;
      return { settings, secret };
    }
    case 'slack':
      return {
        settings: { kind: 'slack', host: input.url === undefined ? '' : new URL(input.url).host },
        secret: input.url,
      };
    case 'ntfy': {
      const { token, ...settings } = input;
      return { settings, secret: token };
    }
  }
}

/** The key of a webhook's signature, as Standard Webhooks writes it. */
export const newSigningSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** The server that is connected to. For Slack the one that its secret names. */
function serverOf(settings: NotificationTarget): { host: string; port: number } {
  if (settings.kind === 'email') return { host: settings.host, port: settings.port };
  const url = addressOf(settings);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function addressOf(settings: Exclude<NotificationTarget, { kind: 'email' }>): URL {
  if (settings.kind === 'webhook') return new URL(settings.url);
  return new URL(settings.kind === 'ntfy' ? settings.server : `https://${settings.host}`);
}

const invalid = (field: string, message: string): ProblemException => {
  const path = `body.target.${field}`;
  return new ProblemException('VALIDATION_FAILED', `${path}: ${message}`, { errors: [{ path, message }] });
};

/** Whether a stored secret would travel to somebody else, or less protected. The key of a signature stays here. */
function wouldTravelElsewhere(before: NotificationTarget, after: NotificationTarget): boolean {
  if (before.kind === 'email' && after.kind === 'email')
    return (['host', 'port', 'security', 'username'] as const).some((field) => before[field] !== after[field]);
  if (before.kind === 'ntfy' && after.kind === 'ntfy') return before.server !== after.server;
  return false;
}

/**
 * Holds a new or changed target against its rules. `before` is what is stored, if anything is.
 * @throws {ProblemException} VALIDATION_FAILED, CONFLICT, NETWORK_NOT_ALLOWED
 */
export function assertTargetIsSound(
  { settings, secret }: TargetParts,
  { before, policy }: { before?: { settings: NotificationTarget; hasSecret: boolean }; policy: NetworkPolicy },
): void {
  if (before && before.settings.kind !== settings.kind)
    throw new ProblemException('CONFLICT', 'The kind of a channel does not change; add another channel.');
  const keepsSecret = secret === undefined && before?.hasSecret === true;
  const hasSecret = keepsSecret || typeof secret === 'string';
  if (settings.kind === 'slack' && !hasSecret) throw invalid('url', 'is needed');
  if (settings.kind === 'email' && settings.security === 'none' && hasSecret)
    throw invalid('security', 'a password is not sent in the clear');
  if (settings.kind === 'email' && hasSecret && settings.username === null) throw invalid('username', 'is needed');
  if (keepsSecret && wouldTravelElsewhere(before.settings, settings))
    throw invalid(settings.kind === 'email' ? 'password' : 'token', 'must be given again: it would go elsewhere');
  if (settings.kind !== 'slack' || secret) assertMayReach(settings, policy);
}

/** Addresses are judged here already; names when they are resolved, because what they lead to can change. */
function assertMayReach(settings: NotificationTarget, policy: NetworkPolicy): void {
  const { host, port } = serverOf(settings);
  const verdict = isIP(host) === 0 ? { allowed: true as const } : policy.check({ address: host, port });
  if (verdict.allowed) return;
  throw new ProblemException('NETWORK_NOT_ALLOWED', `Lockstep may not reach ${host}: ${verdict.reason}.`);
}
