export { type Authority, issueCertificate, makeAuthority } from './authority.js';
export { arrangeChain, readBundle, readPrivateKey } from './bundle.js';
export { factsOf, namesOf } from './facts.js';
export { generatePrivateKey, keyFits } from './keys.js';
export { PkiError, readCertificates, toPem } from './pem.js';
export { covers, findProblems } from './problems.js';
export { makeSigningRequest } from './signing-request.js';
