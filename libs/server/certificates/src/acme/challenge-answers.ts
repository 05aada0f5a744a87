import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CERTIFICATES_OPTIONS, type CertificatesOptions } from '../certificates-options.js';
import { AcmeProofs } from './acme-proofs.js';

/** RFC 8555 §8.3. */
const challengePath = /^\/\.well-known\/acme-challenge\/[A-Za-z0-9_-]{1,200}$/;

/** A port that cannot be listened on. The message is the sentence to print. */
class ChallengeListenerError extends Error {
  override readonly name = 'ChallengeListenerError';
}

/** Answers HTTP-01 for names that lead to Lockstep: whichever replica is asked, from what is stored. Anyone may ask. */
@Injectable()
export class ChallengeAnswers implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Certificates');
  private listener: Server | undefined;

  constructor(
    private readonly proofs: AcmeProofs,
    @Inject(CERTIFICATES_OPTIONS) private readonly options: CertificatesOptions,
  ) {}

  /** Middleware for the port that everything else is on. */
  readonly middleware = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    if (isChallenge(request)) void this.answer(request, response);
    else next();
  };

  /** @throws {ChallengeListenerError} */
  async onApplicationBootstrap(): Promise<void> {
    const { challengeListener } = this.options;
    if (!challengeListener) return;
    const { host, port } = challengeListener;
    const listener = createServer((request, response) => {
      if (isChallenge(request)) void this.answer(request, response);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', ({ message }) =>
        reject(new ChallengeListenerError(`LOCKSTEP_CHALLENGE_LISTEN cannot be listened on: ${message}.`)),
      );
      listener.listen({ host, port }, resolve);
    });
    this.listener = listener;
  }

  onModuleDestroy(): void {
    this.listener?.close();
    this.listener?.closeAllConnections();
  }

  private async answer({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const content = await this.proofs.contentAt(pathOf(url));
      const found = content !== undefined;
      response.writeHead(found ? 200 : 404, {
        'content-type': 'application/octet-stream',
        'cache-control': 'no-store',
      });
      response.end(content);
    } catch (error) {
      this.logger.warn(`A challenge could not be answered: ${String(error)}`);
      response.writeHead(503).end();
    }
  }
}

const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';

const isChallenge = ({ method, url = '' }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && challengePath.test(pathOf(url));
