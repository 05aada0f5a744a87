import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CertificateQueries } from './certificates/certificate-queries.js';
import { CertificatesService } from './certificates/certificates.service.js';
import { IssuersService } from './issuers/issuers.service.js';
import { CertificateVersionEntity } from './model/certificate-version.entity.js';
import { CertificateEntity } from './model/certificate.entity.js';
import { DeploymentTargetEntity } from './model/deployment-target.entity.js';
import { IssuerEntity } from './model/issuer.entity.js';
import { CertificatesController } from './rest/certificates.controller.js';
import { IssuersController } from './rest/issuers.controller.js';
import { DiscoveryService } from './scan/discovery.service.js';

/** Certificates and issuers. Needs the database, access, operations and connections modules. */
@Module({
  imports: [
    TypeOrmModule.forFeature([CertificateEntity, CertificateVersionEntity, DeploymentTargetEntity, IssuerEntity]),
  ],
  controllers: [CertificatesController, IssuersController],
  providers: [CertificateQueries, CertificatesService, DiscoveryService, IssuersService],
})
export class CertificatesModule {}
