export { ChallengeAnswers } from './acme/challenge-answers.js';
export { CertificateQueries } from './certificates/certificate-queries.js';
export { CertificateRenewalsService } from './certificates/certificate-renewals.service.js';
export { CertificateChecks } from './checks/certificate-checks.service.js';
export { CertificatesModule } from './certificates.module.js';
export { type CertificatesOptions } from './certificates-options.js';
export { startDemoCertificates } from './demo/demo-certificates.js';
