import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { SshReach } from '@lockstep/server-connections';
import { DataSource } from 'typeorm';
import { IssuerEntity } from '../model/issuer.entity.js';
import { isRefusedLogin } from '../found/place-looks.js';
import { isAcmeIssuer } from './acme-issuer.js';
import { AcmeProofs, type Proof, type ProofPlace } from './acme-proofs.js';
import { type OpenSolver, Solvers } from './solvers.js';

const withdrawMs = 60_000;

/** A proof that could not be taken back. */
export interface LeftProof {
  readonly proof: Proof;
  /** A sentence. */
  readonly why: string;
  /** The login was refused on this way. */
  readonly refusedWay: string | null;
  /** No try will ever succeed: the host or the issuer is not known any more. */
  readonly isLost: boolean;
}

/** Takes back what is published, at the place where it was published. */
@Injectable()
export class ProofWithdrawal {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly proofs: AcmeProofs,
    private readonly solvers: Solvers,
    private readonly ssh: SshReach,
  ) {}

  /** What is taken back is forgotten. Answers what is left. Never rejects for what is wrong outside. */
  async takeBack(proofs: readonly Proof[]): Promise<LeftProof[]> {
    const left: LeftProof[] = [];
    for (const group of Map.groupBy(proofs, placeKey).values()) left.push(...(await this.takeBackAt(group)));
    return left;
  }

  /** All of one place: one login serves them. */
  private async takeBackAt(group: readonly Proof[]): Promise<LeftProof[]> {
    const [place] = group;
    if (!place) return [];
    if (isHeld(place)) {
      for (const proof of group) await this.proofs.forget(proof);
      return [];
    }
    const all = (why: string, more: Partial<LeftProof> = {}): LeftProof[] =>
      group.map((proof) => ({ proof, why, refusedWay: null, isLost: false, ...more }));
    const issuer = await this.dataSource.manager.findOneBy(IssuerEntity, { id: place.issuerId });
    if (!isAcmeIssuer(issuer)) return all('Its issuer was removed from Lockstep.', { isLost: true });
    const host = hostOf(place);
    if (host !== undefined && !(await this.isKnown(host)))
      return all('Its host was removed from Lockstep.', { isLost: true });
    try {
      const way = host === undefined ? null : (await this.ssh.find(host)).way;
      if (way !== null && way === place.refusedWay)
        return all('The host refused the login, which is not tried again by itself.', { refusedWay: way });
      const settings = { ...issuer, acme: { ...issuer.acme, challenge: place.challenge } };
      return await this.takeBackBy(await this.solvers.open(settings, place.connectionId), group, way);
    } catch (error) {
      // A provider without its secret or program, for example.
      return all(sentenceOf(error));
    }
  }

  private async takeBackBy(open: OpenSolver, group: readonly Proof[], way: string | null): Promise<LeftProof[]> {
    const left: LeftProof[] = [];
    try {
      for (const proof of group) {
        try {
          await open.solver.withdraw(proof.proof, AbortSignal.timeout(withdrawMs));
        } catch (error) {
          left.push({ proof, why: sentenceOf(error), refusedWay: isRefusedLogin(error) ? way : null, isLost: false });
          continue;
        }
        await this.proofs.forget(proof);
      }
    } finally {
      await open.close().catch(() => undefined);
    }
    return left;
  }

  private async isKnown(connectionId: number): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(
      'SELECT FROM connections WHERE id = $1 AND deleted_at IS NULL',
      [connectionId],
    );
    return rows.length > 0;
  }
}

/** The connection that a proof is a file on. */
export const hostOf = ({ challenge, connectionId }: ProofPlace): number | undefined =>
  challenge.kind === 'http-01' && challenge.answeredBy === 'host'
    ? (challenge.connectionId ?? connectionId)
    : undefined;

/** Lockstep answers with what it knows: what is forgotten is not shown any more. */
const isHeld = ({ challenge }: ProofPlace): boolean =>
  challenge.kind === 'http-01' && challenge.answeredBy === 'lockstep';

const placeKey = ({ issuerId, connectionId, challenge }: ProofPlace): string =>
  JSON.stringify([issuerId, connectionId, challenge]);

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
