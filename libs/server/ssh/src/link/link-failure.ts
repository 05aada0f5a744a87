import { SshError, cleanHostWords } from '../ssh-error.js';

/** Where in RFC 4253 and RFC 4252 a link is; the same broken socket means something else in each. */
export type LinkStage = 'identification' | 'key_exchange' | 'authentication' | 'open';

export interface LinkFailure {
  readonly stage: LinkStage;
  /** What ssh2 reported; undefined when the host just closed the connection. */
  readonly error: (Error & { level?: string; code?: unknown }) | undefined;
  /** What came before or instead of an identification line. */
  readonly greeting: string;
}

/** Names a broken link by where it broke. */
export function linkFailure(failure: LinkFailure): SshError {
  switch (failure.stage) {
    case 'identification':
      return identificationFailure(failure);
    case 'key_exchange':
      return exchangeFailure(failure);
    case 'authentication':
      return authenticationFailure(failure);
    case 'open':
      return lost(failure);
  }
}

function identificationFailure({ error, greeting }: LinkFailure): SshError {
  const hostWords = cleanHostWords(greeting, 500);
  // sshd says this in plain text and closes, before any identification.
  if (/^(?:Exceeded MaxStartups|Not allowed at this time)/.test(hostWords)) {
    return new SshError('CONNECTION_LOST', 'The host takes no more logins at this moment (MaxStartups).', {
      hostWords,
      beforeIdentification: true,
      cause: error,
    });
  }
  if (hostWords !== '') {
    return new SshError('NOT_SSH', 'What answered does not speak SSH.', { hostWords, cause: error });
  }
  return new SshError('CONNECTION_LOST', 'The host closed the connection before it said anything.', {
    beforeIdentification: true,
    cause: error,
  });
}

function exchangeFailure(failure: LinkFailure): SshError {
  const { error } = failure;
  if (error?.level === 'handshake' || error?.level === 'protocol' || typeof error?.code === 'number') {
    const hostWords = cleanHostWords(error.message);
    return new SshError('KEY_EXCHANGE_FAILED', `The key exchange failed: ${hostWords}`, { hostWords, cause: error });
  }
  return lost(failure);
}

/** SSH_DISCONNECT reasons that are a decision about the login (RFC 4253 §11.1): 1, 2 and 14. */
const refusals = new Set<unknown>([1, 2, 14]);

function authenticationFailure(failure: LinkFailure): SshError {
  const { error } = failure;
  if (!refusals.has(error?.code)) return lost(failure);
  const hostWords = cleanHostWords(error?.message ?? '');
  return new SshError('AUTHENTICATION_FAILED', 'The host ended the connection instead of letting this user in.', {
    hostWords,
    cause: error,
  });
}

function lost({ error }: LinkFailure): SshError {
  if (error === undefined) {
    return new SshError('CONNECTION_LOST', 'The host closed the connection.', { lostBy: 'goodbye' });
  }
  if (error.message === 'Keepalive timeout') {
    return new SshError('CONNECTION_LOST', 'The host stopped answering.', { lostBy: 'silence', cause: error });
  }
  const hostWords = cleanHostWords(error.message);
  const wasReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
  return new SshError('CONNECTION_LOST', 'The connection to the host broke.', {
    hostWords,
    ...(wasReset && { lostBy: 'reset' as const }),
    cause: error,
  });
}
