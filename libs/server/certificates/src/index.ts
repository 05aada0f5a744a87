export { CertificateQueries } from './certificates/certificate-queries.js';
export { CertificateRenewalsService } from './certificates/certificate-renewals.service.js';
export { CertificatesModule } from './certificates.module.js';
