export { CertificatesCard } from './card/certificates-card';
export { CertificateCheckStatus } from './check/certificate-check-status';
export { CertificateAttentionCard } from './overview/attention-card';
export { CertificateAttention } from './overview/certificate-attention';
