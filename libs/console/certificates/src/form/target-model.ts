import { type SchemaPathTree, required, validate } from '@angular/forms/signals';
import {
  DeploymentTargetInput,
  EndpointInput,
  LoginName,
  RemotePath,
  ServiceName,
  type DeploymentTarget,
} from '@lockstep/contract';
import { readAddress } from '../look/address-model';

export type ReloadKind = 'service' | 'command' | 'none';

/** One deployment target as the form holds it: all text, as one types it. */
export interface TargetModel {
  /** The connection's id as text; empty until one is chosen. */
  readonly connectionId: string;
  readonly certificatePath: string;
  readonly keyPath: string;
  readonly chainPath: string;
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
  readonly reloadKind: ReloadKind;
  readonly reloadService: string;
  readonly reloadCommand: string;
  readonly check: string;
  /** One endpoint a line: `host:port name`. */
  readonly verify: string;
}

export const emptyTarget: TargetModel = {
  connectionId: '',
  certificatePath: '',
  keyPath: '',
  chainPath: '',
  owner: '',
  group: '',
  mode: '',
  reloadKind: 'service',
  reloadService: '',
  reloadCommand: '',
  check: '',
  verify: '',
};

type Paths = SchemaPathTree<TargetModel>;

/** The rules of one target, made of the contract's schemas. */
export function targetRules(path: Paths): void {
  required(path.connectionId, { message: $localize`Choose the connection.` });
  required(path.certificatePath, { message: $localize`Say in which file the server reads its certificate.` });
  required(path.keyPath, { message: $localize`Say in which file the server reads its private key.` });
  for (const name of ['certificatePath', 'keyPath', 'chainPath'] as const) {
    validate(path[name], ({ value }) =>
      fits(RemotePath, value(), $localize`This must be the absolute path of a file.`),
    );
  }
  validate(path.keyPath, ({ value, valueOf }) => {
    const files = [value(), valueOf(path.certificatePath), valueOf(path.chainPath)].filter(Boolean);
    return new Set(files).size === files.length
      ? undefined
      : { kind: 'files', message: $localize`Certificate, key and chain need a file each.` };
  });
  for (const name of ['owner', 'group'] as const) {
    validate(path[name], ({ value }) => fits(LoginName, value(), $localize`No spaces and no leading dash.`));
  }
  validate(path.mode, ({ value }) =>
    fits(DeploymentTargetInput.shape.mode, value(), $localize`This must be an octal mode such as 0640.`),
  );
  reloadRules(path);
  validate(path.verify, ({ value }) => {
    const wrong = value()
      .split('\n')
      .find((line) => line.trim() !== '' && readEndpoint(line) === null);
    return wrong === undefined
      ? undefined
      : { kind: 'verify', message: $localize`“${wrong.trim()}:LINE:” is no host, host:port or host:port name.` };
  });
}

function reloadRules(path: Paths): void {
  required(path.reloadService, {
    when: ({ valueOf }) => valueOf(path.reloadKind) === 'service',
    message: $localize`Name the service that reads these files.`,
  });
  validate(path.reloadService, ({ value }) => fits(ServiceName, value(), $localize`This cannot be a service’s name.`));
  required(path.reloadCommand, {
    when: ({ valueOf }) => valueOf(path.reloadKind) === 'command',
    message: $localize`Enter the command that makes the server take up the files.`,
  });
}

interface SafeSchema {
  safeParse(value: unknown): { readonly success: boolean };
}

/** An empty text is the business of `required`. */
const fits = (schema: SafeSchema, value: string, message: string) =>
  value === '' || schema.safeParse(value).success ? undefined : { kind: 'contract', message };

type EndpointValue = DeploymentTargetInput['verify'][number];

/** `host[:port] [name]`; null when that is no endpoint. Where no name is told, the host's is asked for. */
export function readEndpoint(line: string): EndpointValue | null {
  const [address = '', name] = line.trim().split(/\s+/);
  const { host = '', port = '443' } = readAddress(address);
  const parsed = EndpointInput.safeParse({ host, port: Number(port), serverName: name ?? host });
  return parsed.success ? parsed.data : null;
}

export const writeEndpoint = ({ host, port, serverName }: EndpointValue): string => {
  const place = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  return serverName === host ? place : `${place} ${serverName}`;
};

export function toTargetInput(model: TargetModel): DeploymentTargetInput {
  const { chainPath, owner, group, mode, check } = model;
  return {
    connectionId: Number(model.connectionId),
    certificatePath: model.certificatePath,
    keyPath: model.keyPath,
    ...(chainPath === '' ? {} : { chainPath }),
    ...(owner === '' ? {} : { owner }),
    ...(group === '' ? {} : { group }),
    ...(mode === '' ? {} : { mode }),
    ...reloadOf(model),
    ...(check.trim() === '' ? {} : { check: { command: check.trim() } }),
    verify: model.verify.split('\n').flatMap((line) => readEndpoint(line) ?? []),
  };
}

function reloadOf(model: TargetModel): Pick<DeploymentTargetInput, 'reload'> {
  switch (model.reloadKind) {
    case 'service':
      return { reload: { service: model.reloadService } };
    case 'command':
      return { reload: { command: model.reloadCommand.trim() } };
    case 'none':
      return {};
  }
}

export function targetModelOf(target: DeploymentTarget): TargetModel {
  const { reload } = target;
  return {
    connectionId: String(target.connectionId),
    certificatePath: target.certificatePath,
    keyPath: target.keyPath,
    chainPath: target.chainPath ?? '',
    owner: target.owner ?? '',
    group: target.group ?? '',
    mode: target.mode ?? '',
    reloadKind: reload === null ? 'none' : 'service' in reload ? 'service' : 'command',
    reloadService: reload !== null && 'service' in reload ? reload.service : '',
    reloadCommand: reload !== null && 'command' in reload ? reload.command : '',
    check: target.check?.command ?? '',
    verify: target.verify.map(writeEndpoint).join('\n'),
  };
}
