import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AcmeAccounts } from './acme/acme-accounts.js';
import { AcmeAuthorities } from './acme/acme-authorities.js';
import { AcmeIssuance } from './acme/acme-issuance.js';
import { AcmeLedger } from './acme/acme-ledger.js';
import { AcmeOrders } from './acme/acme-orders.js';
import { AcmeProofs } from './acme/acme-proofs.js';
import { ChallengeAnswers } from './acme/challenge-answers.js';
import { LeftProofs } from './acme/left-proofs.js';
import { ProofWithdrawal } from './acme/proof-withdrawal.js';
import { RenewalInformationService } from './acme/renewal-information.service.js';
import { Solvers } from './acme/solvers.js';
import { CERTIFICATES_OPTIONS, type CertificatesOptions } from './certificates-options.js';
import { BroughtCertificatesService } from './brought/brought-certificates.service.js';
import { UploadsService } from './brought/uploads.service.js';
import { CertificateQueries } from './certificates/certificate-queries.js';
import { CertificateRehearsalsService } from './certificates/certificate-rehearsals.service.js';
import { CertificateRenewalsService } from './certificates/certificate-renewals.service.js';
import { CertificatesService } from './certificates/certificates.service.js';
import { FoundCertificatesService } from './found/found-certificates.service.js';
import { FoundQueries } from './found/found-queries.js';
import { FoundStore } from './found/found-store.js';
import { InventoryPages } from './inventory/inventory-pages.js';
import { InventoryQueries } from './inventory/inventory-queries.js';
import { PlaceLooks } from './found/place-looks.js';
import { CertificateChecks } from './checks/certificate-checks.service.js';
import { CertificateAlerts } from './checks/certificate-alerts.js';
import { CheckRows } from './checks/check-rows.js';
import { Heartbeat } from './checks/heartbeat.js';
import { ServedEndpoints } from './checks/served-endpoints.js';
import { DemoCertificates } from './demo/demo-certificates.js';
import { InternalAuthorities } from './issuers/internal-authorities.js';
import { IssuersService } from './issuers/issuers.service.js';
import { AcmeAccountEntity } from './model/acme-account.entity.js';
import { CertificateVersionEntity } from './model/certificate-version.entity.js';
import { CertificateEntity } from './model/certificate.entity.js';
import { DeploymentTargetEntity } from './model/deployment-target.entity.js';
import { FoundCertificateEntity } from './model/found-certificate.entity.js';
import { IssuerEntity } from './model/issuer.entity.js';
import { CertificateDeploymentOperation } from './operations/certificate-deployment.operation.js';
import { CertificateReader } from './operations/certificate-reader.js';
import { CertificateRehearsalOperation } from './operations/certificate-rehearsal.operation.js';
import { CertificateRenewalOperation } from './operations/certificate-renewal.operation.js';
import { HostDeployment } from './operations/host-deployment.js';
import { OtherHosts } from './operations/other-hosts.js';
import { AcmeTrials } from './rehearsal/acme-trials.js';
import { ChallengeTrials } from './rehearsal/challenge-trials.js';
import { IssuerTrials } from './rehearsal/issuer-trials.js';
import { ProofProbes } from './rehearsal/proof-probes.js';
import { StagingAccounts } from './rehearsal/staging-accounts.js';
import { StagingTrials } from './rehearsal/staging-trials.js';
import { AutomaticRenewals } from './renewals/automatic-renewals.js';
import { RenewalPlans } from './renewals/renewal-plans.js';
import { CertificateCheckController } from './rest/certificate-check.controller.js';
import { BroughtCertificatesController } from './rest/brought-certificates.controller.js';
import { CertificatesController } from './rest/certificates.controller.js';
import { FoundCertificatesController } from './rest/found-certificates.controller.js';
import { IssuersController } from './rest/issuers.controller.js';
import { ConnectionScanService } from './scan/connection-scan.service.js';
import { DiscoveryService } from './scan/discovery.service.js';
import { HostSearch } from './scan/host-search.js';
import { CertificateVersions } from './versions/certificate-versions.js';
import { Issuance } from './versions/issuance.js';
import { KeyRotation } from './versions/key-rotation.js';

/** Certificates and issuers; registers `certificate_renewal`, `certificate_deployment`, `certificate_rehearsal`. Needs the database, access, operations and connections modules. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      AcmeAccountEntity,
      CertificateEntity,
      CertificateVersionEntity,
      DeploymentTargetEntity,
      FoundCertificateEntity,
      IssuerEntity,
    ]),
  ],
  // Paths such as /certificates/inventory come before /certificates/{id}.
  controllers: [
    FoundCertificatesController,
    CertificateCheckController,
    BroughtCertificatesController,
    CertificatesController,
    IssuersController,
  ],
  providers: [
    AcmeAccounts,
    AcmeAuthorities,
    AcmeIssuance,
    AcmeLedger,
    AcmeOrders,
    AcmeProofs,
    AcmeTrials,
    AutomaticRenewals,
    CertificateChecks,
    CertificateDeploymentOperation,
    BroughtCertificatesService,
    CertificateQueries,
    CertificateReader,
    CertificateRehearsalOperation,
    CertificateRehearsalsService,
    CertificateRenewalOperation,
    CertificateRenewalsService,
    CertificateVersions,
    CertificatesService,
    ConnectionScanService,
    ChallengeAnswers,
    ChallengeTrials,
    CertificateAlerts,
    CheckRows,
    DemoCertificates,
    Heartbeat,
    DiscoveryService,
    FoundCertificatesService,
    FoundQueries,
    FoundStore,
    HostDeployment,
    HostSearch,
    InternalAuthorities,
    InventoryPages,
    InventoryQueries,
    Issuance,
    IssuerTrials,
    IssuersService,
    KeyRotation,
    LeftProofs,
    OtherHosts,
    PlaceLooks,
    ProofProbes,
    ProofWithdrawal,
    Solvers,
    RenewalInformationService,
    RenewalPlans,
    ServedEndpoints,
    StagingAccounts,
    StagingTrials,
    UploadsService,
  ],
  exports: [CertificateChecks, CertificateQueries, CertificateRenewalsService],
})
export class CertificatesModule {
  static forRoot(options: CertificatesOptions): DynamicModule {
    return {
      module: CertificatesModule,
      global: true,
      providers: [{ provide: CERTIFICATES_OPTIONS, useValue: options }],
    };
  }
}
