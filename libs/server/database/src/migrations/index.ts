import { Access1700000000001 } from './0001-access.js';
import { Connections1700000000002 } from './0002-connections.js';
import { Operations1700000000003 } from './0003-operations.js';
import { Services1700000000004 } from './0004-services.js';
import { RollingRestarts1700000000005 } from './0005-rolling-restarts.js';
import { Certificates1700000000006 } from './0006-certificates.js';
import { Notifications1700000000013 } from './0013-notifications.js';
import { RollingRestartKeys1700000000015 } from './0015-rolling-restart-keys.js';
import { Staging1700000000016 } from './0016-staging.js';
import { Acme1700000000008 } from './0008-acme.js';
import { AcmeProofs1700000000017 } from './0017-acme-proofs.js';
import { AcmeProofClaims1700000000019 } from './0019-acme-proof-claims.js';
import { AutomaticRenewal1700000000012 } from './0012-automatic-renewal.js';
import { FoundCertificates1700000000009 } from './0009-found-certificates.js';
import { Schedules1700000000011 } from './0011-schedules.js';
import { SignedByHand1700000000010 } from './0010-signed-by-hand.js';

/** All migrations, in the order in which they run. */
export const migrations = [
  Access1700000000001,
  Connections1700000000002,
  Operations1700000000003,
  Services1700000000004,
  RollingRestarts1700000000005,
  Certificates1700000000006,
  Notifications1700000000013,
  RollingRestartKeys1700000000015,
  Acme1700000000008,
  AutomaticRenewal1700000000012,
  FoundCertificates1700000000009,
  Schedules1700000000011,
  SignedByHand1700000000010,
  AcmeProofs1700000000017,
  Staging1700000000016,
  AcmeProofClaims1700000000019,
];
