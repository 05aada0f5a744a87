import type { WritableSignal } from '@angular/core';
import { type FieldTree, form, readonly, validate } from '@angular/forms/signals';
import { IssuerChange, IssuerInput, type Issuer } from '@lockstep/contract';
import { authorityOf } from './authorities';
import { wirePathOf, wirePaths, type IssuerModel, type TextField } from './issuer-model';
import { toChange, toInput } from './issuer-wire';

/** Fields that must be filled, by what was chosen. */
function isNeeded(name: TextField, model: IssuerModel, issuer: Issuer | null): boolean {
  if (name === 'name') return true;
  if (model.kind !== 'acme') return false;
  const byDns = model.proof === 'dns' ? model.provider : null;
  // A secret that is stored stays where none is entered.
  const stored = issuer?.acme?.challenge.kind === 'dns-01' ? issuer.acme.challenge.provider.kind : null;
  const isNewSecret = byDns !== stored;
  switch (name) {
    case 'directoryUrl':
    case 'email':
      return true;
    case 'eabKid':
      return authorityOf(model.directoryUrl)?.needsEab === true;
    case 'eabKey':
      return model.eabKid !== '' && model.eabKid !== issuer?.acme?.eab?.kid;
    case 'folder':
      return model.proof === 'host';
    case 'server':
    case 'tsigName':
      return byDns === 'rfc2136';
    case 'tsigSecret':
      return byDns === 'rfc2136' && isNewSecret;
    case 'apiToken':
      return byDns === 'cloudflare' && isNewSecret;
    case 'accessKeyId':
      return byDns === 'route53';
    case 'secretAccessKey':
      return byDns === 'route53' && isNewSecret;
    case 'program':
      return byDns === 'command';
    default:
      return false;
  }
}

/** The form's rules are the contract's: what it would send is held against the schema, and each objection goes to its field. */
export function issuerForm(model: WritableSignal<IssuerModel>, issuer: () => Issuer | null): FieldTree<IssuerModel> {
  return form(model, (path) => {
    for (const name of ['name', ...Object.keys(wirePaths)] as TextField[]) {
      validate(path[name], ({ value, valueOf }) => {
        const whole = valueOf(path);
        return String(value()).trim() === '' && isNeeded(name, whole, issuer())
          ? { kind: 'required', message: $localize`This is needed.` }
          : objectionTo(name, whole, issuer());
      });
    }
    // Another authority is another issuer.
    readonly(path.directoryUrl, { when: () => issuer() !== null });
    validate(path.agreed, ({ value, valueOf }) =>
      value() || valueOf(path.kind) !== 'acme'
        ? undefined
        : { kind: 'agreed', message: $localize`Without it the authority opens no account.` },
    );
  });
}

function objectionTo(
  name: TextField,
  model: IssuerModel,
  issuer: Issuer | null,
): { kind: string; message: string } | undefined {
  const { error } = issuer === null ? IssuerInput.safeParse(toInput(model)) : IssuerChange.safeParse(toChange(model));
  const wirePath = wirePathOf(name);
  const found = error?.issues.find(({ path }) => `${path.join('.')}.`.startsWith(`${wirePath}.`));
  return found && { kind: 'contract', message: $localize`This does not fit: ${found.message}:WHY:.` };
}
