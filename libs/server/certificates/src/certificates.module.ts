import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AcmeAccounts } from './acme/acme-accounts.js';
import { CertificateQueries } from './certificates/certificate-queries.js';
import { CertificateRenewalsService } from './certificates/certificate-renewals.service.js';
import { CertificatesService } from './certificates/certificates.service.js';
import { InternalAuthorities } from './issuers/internal-authorities.js';
import { IssuersService } from './issuers/issuers.service.js';
import { AcmeAccountEntity } from './model/acme-account.entity.js';
import { CertificateVersionEntity } from './model/certificate-version.entity.js';
import { CertificateEntity } from './model/certificate.entity.js';
import { DeploymentTargetEntity } from './model/deployment-target.entity.js';
import { IssuerEntity } from './model/issuer.entity.js';
import { CertificateRenewalOperation } from './operations/certificate-renewal.operation.js';
import { AutomaticRenewals } from './renewals/automatic-renewals.js';
import { RenewalPlans } from './renewals/renewal-plans.js';
import { CertificatesController } from './rest/certificates.controller.js';
import { IssuersController } from './rest/issuers.controller.js';
import { DiscoveryService } from './scan/discovery.service.js';
import { CertificateVersions } from './versions/certificate-versions.js';
import { Issuance } from './versions/issuance.js';
import { KeyRotation } from './versions/key-rotation.js';

/** Certificates and issuers; registers `certificate_renewal`. Needs the database, access, operations and connections modules. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      AcmeAccountEntity,
      CertificateEntity,
      CertificateVersionEntity,
      DeploymentTargetEntity,
      IssuerEntity,
    ]),
  ],
  controllers: [CertificatesController, IssuersController],
  providers: [
    AcmeAccounts,
    AutomaticRenewals,
    CertificateQueries,
    CertificateRenewalOperation,
    CertificateRenewalsService,
    CertificateVersions,
    CertificatesService,
    DiscoveryService,
    InternalAuthorities,
    Issuance,
    IssuersService,
    KeyRotation,
    RenewalPlans,
  ],
})
export class CertificatesModule {}
