import { ChangeDetectionStrategy, Component, effect, inject, input, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { Api, discoverCertificate, getConnection, listConnections } from '@lockstep/console-api';
import { PageHeader, ProblemNotice, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { Certificate, Connection, DiscoverAnswer } from '@lockstep/contract';
import { emptyAddress, toDiscoverInput, type AddressModel } from '../look/address-model';
import { LookForm } from '../look/look-form';
import { ShownCertificate } from '../look/shown-certificate';
import { CertificateForm } from './certificate-form';
import { readDomains, type CertificateModel } from './certificate-model';
import { findConnection, proposeCertificate, proposeTarget } from './proposals';

/** Adds a certificate: first what the host serves now, from which the form is filled, or straight to an empty form. */
@Component({
  selector: 'lockstep-new-certificate-page',
  imports: [CertificateForm, LookForm, MatButton, PageHeader, ProblemNotice, ShownCertificate],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './new-certificate-page.html',
})
export class NewCertificatePage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  readonly host = input<string>();
  readonly port = input<string>();
  readonly serverName = input<string>();
  /** Where it shall be deployed, when one comes from a connection's page. */
  readonly connectionId = input<string>();

  protected readonly address = signal<AddressModel>(emptyAddress);
  protected readonly answer = signal<DiscoverAnswer | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly looking = signal(false);
  /** Null: one is still looking. */
  protected readonly proposal = signal<Partial<CertificateModel> | null>(null);
  private connection: Connection | undefined;

  constructor() {
    effect(() => {
      const connectionId = Number(this.connectionId());
      const host = this.host();
      untracked(() => void this.begin(connectionId, host));
    });
  }

  protected async look(address: AddressModel): Promise<void> {
    this.address.set(address);
    this.looking.set(true);
    this.answer.set(null);
    this.problem.set(null);
    try {
      this.answer.set(await this.api.invoke(discoverCertificate, { body: toDiscoverInput(address) }));
    } catch (error) {
      this.problem.set(readProblem(error));
    } finally {
      this.looking.set(false);
    }
  }

  protected async takeOver(answer: DiscoverAnswer): Promise<void> {
    const address = this.address();
    const page = await this.api.invoke(listConnections, { limit: 500 }).catch(() => null);
    const connection = this.connection ?? findConnection(page?.items ?? [], { address, answer });
    const certificate = proposeCertificate(answer);
    const context = { name: certificate.name, address, domains: readDomains(certificate.domains) };
    this.proposal.set({ ...certificate, targets: [proposeTarget(connection, context)] });
  }

  protected skip(): void {
    const { connection } = this;
    const context = { name: connection?.name ?? '', address: null, domains: [] };
    this.proposal.set(connection === undefined ? {} : { targets: [proposeTarget(connection, context)] });
  }

  protected open(certificate: Certificate): void {
    void this.router.navigate(['/certificates', certificate.id]);
  }

  protected leave(): void {
    void this.router.navigate(['/certificates']);
  }

  /** What was asked for in the address is looked at and taken over at once. */
  private async begin(connectionId: number, host: string | undefined): Promise<void> {
    if (connectionId > 0) {
      this.connection = await this.api.invoke(getConnection, { id: connectionId }).catch(() => undefined);
      if (this.connection !== undefined) this.address.set({ ...emptyAddress, host: this.connection.host });
    }
    if (host === undefined) return;
    await this.look({ host, port: this.port() ?? emptyAddress.port, serverName: this.serverName() ?? '' });
    const answer = this.answer();
    if (answer !== null) await this.takeOver(answer);
  }
}
