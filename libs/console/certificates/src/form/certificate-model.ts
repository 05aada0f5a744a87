import type { WritableSignal } from '@angular/core';
import { type FieldTree, applyEach, form, required, validate } from '@angular/forms/signals';
import {
  CertificateInput,
  CertifiedName,
  type Certificate,
  type CertificateChange,
  type KeyType,
} from '@lockstep/contract';
import { targetModelOf, targetRules, toTargetInput, type TargetModel } from './target-model';

/** What the form holds: all text, as one types it. */
export interface CertificateModel {
  readonly name: string;
  /** Separated by white space or commas. */
  readonly domains: string;
  readonly issuerId: string;
  readonly keyType: KeyType;
  readonly autoRenew: boolean;
  readonly targets: TargetModel[];
}

export const emptyCertificate: CertificateModel = {
  name: '',
  domains: '',
  issuerId: '',
  keyType: 'ecdsa-p256',
  autoRenew: true,
  targets: [],
};

export function certificateForm(model: WritableSignal<CertificateModel>): FieldTree<CertificateModel> {
  return form(model, (path) => {
    required(path.name, { message: $localize`Give the certificate a name.` });
    validate(path.name, ({ value }) =>
      CertificateInput.shape.name.safeParse(value()).success || value() === ''
        ? undefined
        : { kind: 'name', message: $localize`At most 100 characters.` },
    );
    validate(path.domains, ({ value }) => checkDomains(readDomains(value())));
    required(path.issuerId, { message: $localize`Choose who signs it.` });
    applyEach(path.targets, (target) => targetRules(target));
  });
}

function checkDomains(names: readonly string[]): { kind: string; message: string } | undefined {
  if (names.length === 0) return { kind: 'domains', message: $localize`Enter at least one name.` };
  if (names.length > 100) return { kind: 'domains', message: $localize`A certificate has at most 100 names.` };
  const wrong = names.find((name) => !CertifiedName.safeParse(name).success);
  return wrong === undefined
    ? undefined
    : { kind: 'domains', message: $localize`“${wrong}:NAME:” is no host name, *.name or IP address.` };
}

export const readDomains = (text: string): string[] => [
  ...new Set(
    text
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
  ),
];

export function toInput(model: CertificateModel): CertificateInput & CertificateChange {
  return {
    name: model.name.trim(),
    domains: readDomains(model.domains),
    issuerId: Number(model.issuerId),
    keyType: model.keyType,
    autoRenew: model.autoRenew,
    targets: model.targets.map(toTargetInput),
  };
}

export const modelOf = (certificate: Certificate): CertificateModel => ({
  name: certificate.name,
  domains: certificate.domains.join('\n'),
  issuerId: String(certificate.issuerId),
  keyType: certificate.keyType,
  autoRenew: certificate.autoRenew,
  targets: certificate.targets.map(targetModelOf),
});
