import { ChangeDetectionStrategy, Component, effect, inject, input, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import {
  Api,
  discoverCertificate,
  forgetFoundCertificate,
  getConnection,
  getFoundCertificate,
  listConnections,
} from '@lockstep/console-api';
import { PageHeader, ProblemNotice, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { Certificate, Connection, DiscoverAnswer, FoundCertificate } from '@lockstep/contract';
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

  /** What is watched and shall be managed: it leaves the list of what was only found. */
  readonly found = input<string>();

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
      const found = Number(this.found());
      untracked(() => void (found > 0 ? this.beginFrom(found) : this.begin(connectionId, host)));
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

  protected async open(certificate: Certificate): Promise<void> {
    const id = Number(this.found());
    if (id > 0) await this.api.invoke(forgetFoundCertificate, { id }).catch(() => undefined);
    void this.router.navigate(['/certificates', certificate.id]);
  }

  protected leave(): void {
    void this.router.navigate(['/certificates']);
  }

  /** An address is looked at once more; of a file its path is taken over. */
  private async beginFrom(id: number): Promise<void> {
    try {
      const { place, leaf } = await this.api.invoke(getFoundCertificate, { id });
      await this.findHost(place.connectionId);
      if (place.kind === 'file') this.takeOverFile(leaf, place.path);
      else await this.lookAndTakeOver({ host: place.host, port: String(place.port), serverName: place.serverName });
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }

  private takeOverFile(leaf: FoundCertificate['leaf'], certificatePath: string): void {
    const certificate = proposeCertificate({ leaf, serverName: leaf.names[0] ?? '' });
    const context = { name: certificate.name, address: null, domains: readDomains(certificate.domains) };
    this.proposal.set({ ...certificate, targets: [{ ...proposeTarget(this.connection, context), certificatePath }] });
  }

  /** What was asked for in the address is looked at and taken over at once. */
  private async begin(connectionId: number, host: string | undefined): Promise<void> {
    await this.findHost(connectionId);
    if (host === undefined) return;
    await this.lookAndTakeOver({ host, port: this.port() ?? emptyAddress.port, serverName: this.serverName() ?? '' });
  }

  private async findHost(connectionId: number | null): Promise<void> {
    if (connectionId === null || !(connectionId > 0)) return;
    this.connection = await this.api.invoke(getConnection, { id: connectionId }).catch(() => undefined);
    if (this.connection !== undefined) this.address.set({ ...emptyAddress, host: this.connection.host });
  }

  private async lookAndTakeOver(address: AddressModel): Promise<void> {
    await this.look(address);
    const answer = this.answer();
    if (answer !== null) await this.takeOver(answer);
  }
}
