export { deriveKey } from './derive-key.js';
export { MasterKey, MasterKeyError } from './master-key.js';
export { type MasterKeySource, loadMasterKey, loadPreviousMasterKey } from './load-master-key.js';
export { SecretBox, type SecretPlace, SecretUnreadableError } from './secret-box.js';
