import type { WritableSignal } from '@angular/core';
import { form, required, validate, type FieldTree, type SchemaPath } from '@angular/forms/signals';
import {
  Host,
  Port,
  type ChannelKind,
  type MailSecurity,
  type NotificationChannel,
  type NotificationTarget,
  type NotificationTargetInput,
} from '@lockstep/contract';

/** What one types, for every kind of channel. Secrets are empty while the stored one is to stay. */
export interface ChannelModel {
  readonly name: string;
  readonly kind: ChannelKind;
  readonly host: string;
  readonly port: string;
  readonly security: MailSecurity;
  readonly username: string;
  readonly password: string;
  readonly from: string;
  readonly to: string;
  readonly url: string;
  readonly signingSecret: string;
  readonly slackUrl: string;
  readonly server: string;
  readonly topic: string;
  readonly token: string;
  readonly priority: string;
}

export const emptyChannel: ChannelModel = {
  ...{ name: '', kind: 'email', host: '', port: '465', security: 'tls', username: '', password: '', from: '', to: '' },
  ...{ url: '', signingSecret: '', slackUrl: '', server: 'https://ntfy.sh', topic: '', token: '', priority: '3' },
};

/** The usual port of each way to send mail (RFC 8314 §3.3, RFC 6409 §3.1). */
export const usualPorts: Readonly<Record<MailSecurity, string>> = { tls: '465', starttls: '587', none: '25' };

export function modelOf({ name, target }: Pick<NotificationChannel, 'name' | 'target'>): ChannelModel {
  return { ...emptyChannel, name, kind: target.kind, ...fieldsOf(target) };
}

function fieldsOf(target: NotificationTarget): Partial<ChannelModel> {
  switch (target.kind) {
    case 'email': {
      const { host, port, security, username, from, to } = target;
      return { host, port: String(port), security, username: username ?? '', from, to: to.join(', ') };
    }
    case 'webhook':
      return { url: target.url };
    case 'slack':
      return {};
    case 'ntfy':
      return { server: target.server, topic: target.topic, priority: String(target.priority) };
  }
}

export const readAddresses = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

/** `hasSecret`: one is stored, and stays where nothing is typed. */
export function channelForm(model: WritableSignal<ChannelModel>, hasSecret: () => boolean): FieldTree<ChannelModel> {
  return form(model, (path) => {
    const isKind = (kind: ChannelKind) => model().kind === kind;
    const needs = (field: SchemaPath<string>, kind: ChannelKind, message: string): void =>
      required(field, { when: () => isKind(kind), message });
    required(path.name, { message: $localize`Give the channel a name.` });
    needs(path.host, 'email', $localize`Enter the mail server’s name.`);
    validate(path.host, ({ value }) =>
      !isKind('email') || value() === '' || Host.safeParse(value().trim()).success
        ? undefined
        : { kind: 'host', message: $localize`A host name or an IP address.` },
    );
    validate(path.port, ({ value }) =>
      !isKind('email') || Port.safeParse(Number(value())).success
        ? undefined
        : { kind: 'port', message: $localize`A port is a number from 1 to 65535.` },
    );
    needs(path.from, 'email', $localize`Enter the sender’s address.`);
    needs(path.to, 'email', $localize`Enter who is to get the mail.`);
    needs(path.url, 'webhook', $localize`Enter the address that is called.`);
    required(path.slackUrl, {
      when: () => isKind('slack') && !hasSecret(),
      message: $localize`Enter the address of the incoming webhook.`,
    });
    needs(path.server, 'ntfy', $localize`Enter the address of the ntfy server.`);
    needs(path.topic, 'ntfy', $localize`Enter the topic.`);
  });
}

/** As it goes over the wire. A secret that was not typed is left out. */
export function targetOf(model: ChannelModel): NotificationTargetInput {
  const given = (name: string, text: string) => (text === '' ? {} : { [name]: text });
  switch (model.kind) {
    case 'email':
      return {
        ...{ kind: 'email', host: model.host.trim(), port: Number(model.port), security: model.security },
        ...{ from: model.from.trim(), to: readAddresses(model.to) },
        username: model.username.trim() === '' ? null : model.username.trim(),
        // Without a user there is nobody to sign in as.
        ...(model.username.trim() === '' ? { password: null } : given('password', model.password)),
      };
    case 'webhook':
      return { kind: 'webhook', url: model.url.trim(), ...given('secret', model.signingSecret.trim()) };
    case 'slack':
      return { kind: 'slack', ...given('url', model.slackUrl.trim()) };
    case 'ntfy':
      return {
        ...{ kind: 'ntfy', server: model.server.trim(), topic: model.topic.trim() },
        ...{ priority: Number(model.priority), ...given('token', model.token) },
      };
  }
}

/** Which field of the form the server means. */
export const wirePaths: Readonly<Record<keyof ChannelModel, string>> = {
  ...{ name: 'name', kind: 'target.kind', host: 'target.host', port: 'target.port', security: 'target.security' },
  ...{ username: 'target.username', password: 'target.password', from: 'target.from', to: 'target.to' },
  ...{ url: 'target.url', signingSecret: 'target.secret', slackUrl: 'target.url', server: 'target.server' },
  ...{ topic: 'target.topic', token: 'target.token', priority: 'target.priority' },
};
