import type { WritableSignal } from '@angular/core';
import { type FieldTree, form, required, validate, validateStandardSchema } from '@angular/forms/signals';
import { Host, Port, type DiscoverInput } from '@lockstep/contract';

/** Where one looks: all text, as one types it. */
export interface AddressModel {
  readonly host: string;
  readonly port: string;
  readonly serverName: string;
}

export const emptyAddress: AddressModel = { host: '', port: '443', serverName: '' };

export function addressForm(model: WritableSignal<AddressModel>): FieldTree<AddressModel> {
  return form(model, (path) => {
    required(path.host, { message: $localize`Enter the host’s name or address.` });
    validateStandardSchema(path.host, Host);
    validate(path.port, ({ value }) =>
      Port.safeParse(Number(value())).success
        ? undefined
        : { kind: 'port', message: $localize`A port is a number from 1 to 65535.` },
    );
    validate(path.serverName, ({ value }) =>
      value() === '' || Host.safeParse(value()).success
        ? undefined
        : { kind: 'serverName', message: $localize`This cannot be a host’s name.` },
    );
  });
}

/** `host:port`, an URL or a bare name, taken apart. An IPv6 address with a port needs its brackets (RFC 3986 §3.2.2). */
export function readAddress(text: string): Partial<AddressModel> {
  const bare = text
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/.*$/, '');
  const found = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(bare);
  if (found === null) return { host: bare };
  const host = found[1] ?? found[2] ?? '';
  return found[3] === undefined ? { host } : { host, port: found[3] };
}

export const toDiscoverInput = ({ host, port, serverName }: AddressModel): DiscoverInput => ({
  host: host.trim(),
  port: Number(port),
  ...(serverName.trim() === '' ? {} : { serverName: serverName.trim() }),
});
