import { type FieldTree, form, required, validate, validateStandardSchema } from '@angular/forms/signals';
import type { WritableSignal } from '@angular/core';
import {
  ConnectionName,
  Host,
  LoginName,
  Port,
  Tag,
  type Connection,
  type ConnectionChange,
  type ConnectionInput,
  type CredentialInput,
  type Platform,
} from '@lockstep/contract';
import type { ParsedAddress } from '../address/parse-address';

export type CredentialKind = 'password' | 'private_key';

/** What the form holds: all text, as one types it. */
export interface ConnectionModel {
  readonly address: string;
  readonly name: string;
  readonly host: string;
  readonly port: string;
  readonly username: string;
  readonly platform: Platform;
  readonly tags: string;
  readonly credentialKind: CredentialKind;
  readonly password: string;
  readonly privateKey: string;
  readonly passphrase: string;
  /** The jump host's id as text; empty for none. */
  readonly jump: string;
}

export const emptyModel: ConnectionModel = {
  address: '',
  name: '',
  host: '',
  port: '22',
  username: '',
  platform: 'systemd',
  tags: '',
  credentialKind: 'private_key',
  password: '',
  privateKey: '',
  passphrase: '',
  jump: '',
};

export function modelOf(connection: Connection): ConnectionModel {
  return {
    ...emptyModel,
    name: connection.name,
    host: connection.host,
    port: String(connection.port),
    username: connection.username,
    platform: connection.platform,
    tags: connection.tags.join(' '),
    credentialKind: connection.credential?.kind ?? 'private_key',
    jump: connection.jumpConnectionId === null ? '' : String(connection.jumpConnectionId),
  };
}

/** `mustHaveCredential` is false while editing: an empty credential then stays as it is. */
export function connectionForm(
  model: WritableSignal<ConnectionModel>,
  mustHaveCredential: () => boolean,
): FieldTree<ConnectionModel> {
  return form(model, (path) => {
    required(path.host, { message: $localize`Enter the host’s name or address.` });
    validateStandardSchema(path.host, Host);
    required(path.username, { message: $localize`Enter the user to sign in as.` });
    validateStandardSchema(path.username, LoginName);
    required(path.name, { message: $localize`Give the connection a name.` });
    validateStandardSchema(path.name, ConnectionName);
    validate(path.port, ({ value }) =>
      Port.safeParse(Number(value())).success
        ? undefined
        : { kind: 'port', message: $localize`A port is a number from 1 to 65535.` },
    );
    validate(path.tags, ({ value }) => {
      const wrong = readTags(value()).find((tag) => !Tag.safeParse(tag).success);
      return wrong === undefined
        ? undefined
        : { kind: 'tag', message: $localize`“${wrong}:TAG:” cannot be a tag: letters, digits and . _ : - only.` };
    });
    required(path.password, {
      when: ({ valueOf }) => mustHaveCredential() && valueOf(path.credentialKind) === 'password',
      message: $localize`Enter the password.`,
    });
    required(path.privateKey, {
      when: ({ valueOf }) => mustHaveCredential() && valueOf(path.credentialKind) === 'private_key',
      message: $localize`Paste the private key.`,
    });
  });
}

/** Tags are kept in lower case, so that grants cannot be dodged by case. */
export const readTags = (text: string): string[] => [
  ...new Set(
    text
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
  ),
];

/** What one typed into the first line fills the others. */
export function fillFrom(model: ConnectionModel, parsed: ParsedAddress): ConnectionModel {
  const isNameOwn = model.name !== '' && model.name !== model.host;
  return {
    ...model,
    host: parsed.host,
    username: parsed.username ?? model.username,
    port: String(parsed.port ?? 22),
    name: isNameOwn ? model.name : parsed.host,
  };
}

/** Undefined when nothing was entered. */
export function credentialOf(model: ConnectionModel): CredentialInput | undefined {
  if (model.credentialKind === 'password')
    return model.password === '' ? undefined : { kind: 'password', password: model.password };
  if (model.privateKey.trim() === '') return undefined;
  return {
    kind: 'private_key',
    privateKey: model.privateKey,
    ...(model.passphrase === '' ? {} : { passphrase: model.passphrase }),
  };
}

const shared = (model: ConnectionModel) => ({
  name: model.name.trim(),
  host: model.host.trim(),
  port: Number(model.port),
  username: model.username.trim(),
  platform: model.platform,
  tags: readTags(model.tags),
  jumpConnectionId: model.jump === '' ? null : Number(model.jump),
});

export function toInput(model: ConnectionModel, credential: CredentialInput): ConnectionInput {
  return { ...shared(model), credential };
}

export function toChange(model: ConnectionModel): ConnectionChange {
  const credential = credentialOf(model);
  return { ...shared(model), ...(credential === undefined ? {} : { credential }) };
}
