import type { AuthHandlerMiddleware, AuthenticationType, NextAuthHandler, ParsedKey, Prompt } from 'ssh2';
import { SshError, cleanHostWords } from '../ssh-error.js';

/** A credential ready to use: a private key has been read and decrypted. */
export type ReadyCredential =
  { readonly kind: 'password'; readonly password: string } | { readonly kind: 'private_key'; readonly key: ParsedKey };

export interface Login {
  readonly username: string;
  readonly credential: ReadyCredential;
}

/**
 * Exactly one use of one credential. First the host is asked for its methods with "none" (RFC 4252 §5.2), which is no
 * attempt; then the credential is shown once, by the one method that fits; whatever the host says to that is final.
 */
export class LoginAttempt {
  #login: Login | undefined;
  #turn: NextAuthHandler | undefined;
  #state: 'idle' | 'asked' | 'shown' | 'over' = 'idle';
  #passwordGiven = false;
  #settleRefused: (error: SshError) => void = () => undefined;
  #banner = '';

  /** Rejects when the login is refused; never resolves, success is the client's `ready` event. */
  readonly refused: Promise<never> = new Promise((_resolve, reject) => {
    this.#settleRefused = reject;
  });

  constructor() {
    // The owner may have given up already; a late refusal then has no other listener.
    this.refused.catch(() => undefined);
  }

  /** Before `begin` ssh2's first question waits here: no login is tried until the host key is approved. */
  readonly handler: AuthHandlerMiddleware = (methods, partialSuccess, next) => {
    if (this.#state === 'idle') this.#turn = next;
    else if (this.#state === 'asked') this.#show(methods, next);
    else if (this.#state === 'shown') this.#judge(methods, partialSuccess);
    if (this.#login) this.#ask(this.#login);
  };

  begin(login: Login): void {
    this.#login = login;
    this.#ask(login);
  }

  /** Text of SSH_MSG_USERAUTH_BANNER, told with a refusal. */
  hear(banner: string): void {
    this.#banner = cleanHostWords(`${this.#banner}\n${banner}`);
  }

  /** The host demands a new password before it lets anyone in. */
  demandNewPassword(prompt: string): void {
    this.#refuse(`The host demands a new password first: ${cleanHostWords(prompt, 200)}`);
  }

  #ask(login: Login): void {
    const next = this.#turn;
    if (this.#state !== 'idle' || next === undefined) return;
    this.#turn = undefined;
    this.#state = 'asked';
    next({ type: 'none', username: login.username });
  }

  #show(methods: readonly AuthenticationType[] | null, next: NextAuthHandler): void {
    const login = this.#login;
    if (login === undefined) return;
    const { username, credential } = login;
    const offered = methods ?? [];
    this.#state = 'shown';
    if (credential.kind === 'private_key' && offered.includes('publickey')) {
      next({ type: 'publickey', username, key: credential.key });
    } else if (credential.kind === 'password' && offered.includes('password')) {
      next({ type: 'password', username, password: credential.password });
    } else if (credential.kind === 'password' && offered.includes('keyboard-interactive')) {
      next({
        type: 'keyboard-interactive',
        username,
        prompt: (...request) => this.#answer(request[3], { password: credential.password, finish: request[4] }),
      });
    } else {
      const word = credential.kind === 'password' ? 'a password' : 'a private key';
      this.#refuse(`The host does not take ${word} for ${username}; it offers ${offered.join(', ') || 'nothing'}.`);
    }
  }

  #answer(prompts: readonly Prompt[], answer: { password: string; finish: (answers: string[]) => void }): void {
    if (prompts.length === 1 && !this.#passwordGiven) {
      this.#passwordGiven = true;
      answer.finish([answer.password]);
      return;
    }
    const question = cleanHostWords(prompts.map(({ prompt }) => prompt).join(' '), 200);
    this.#refuse(`The host asks for more than a password: «${question}».`);
  }

  #judge(methods: readonly AuthenticationType[] | null, partialSuccess: boolean): void {
    const { username = '', credential } = this.#login ?? {};
    const word = credential?.kind === 'password' ? 'password' : 'private key';
    if (partialSuccess) {
      this.#refuse(`The host took the ${word} but asks for another factor: ${(methods ?? []).join(', ')}.`);
    } else {
      this.#refuse(`The host refused the ${word} of ${username}.`);
    }
  }

  #refuse(message: string): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    const details = this.#banner === '' ? {} : { hostWords: this.#banner };
    this.#settleRefused(new SshError('AUTHENTICATION_FAILED', message, details));
  }
}
