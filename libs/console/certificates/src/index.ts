export { CertificatesCard } from './card/certificates-card';
export { CertificateAttentionCard } from './overview/attention-card';
export { CertificateAttention } from './overview/certificate-attention';
