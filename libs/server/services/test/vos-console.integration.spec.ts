import { CiscoVosDriver } from '../src/drivers/cisco-vos/cisco-vos.driver.js';
import type { VosMove } from '../src/demo/vos/vos-play.js';
import { doorOfVos, failureOf, openDriverHost } from './driver-host.js';
import { VosHost, type VosHostOptions } from './vos-host.js';
import { inPieces, playTranscripts, serviceList } from './vos-transcripts.js';

const driver = new CiscoVosDriver();

describe('the command line interface of Cisco VOS', () => {
  const listing = async (list: readonly VosMove[]): Promise<string[]> => {
    const vos = await VosHost.start({ play: playTranscripts({ list }) });
    const host = await openDriverHost(doorOfVos(vos), { longestMs: 10_000 });
    try {
      return (await driver.list(host)).map(({ name }) => name);
    } finally {
      host.session.destroy();
      vos.stop();
    }
  };
  const whole = (): Promise<string[]> => listing([serviceList]);
  const halves = [serviceList.slice(0, 300), serviceList.slice(300)] as const;

  it('is read the same however its list is cut', async () => {
    expect(await listing(inPieces(serviceList, 3))).toEqual(await whole());
    expect(await whole()).toHaveLength(18);
  });

  it.each<[string, string]>([
    ['for a key', '\u001b[1mPress <enter> for 1 line, <space> for one page, or <q> to quit\u001b[0m'],
    ['for an option', '\u001b[1m\noptions: q=quit, n=next, p=prev, b=begin, e=end (lines 1 - 10 of 24) : \u001b[0m'],
  ])('is turned where it waits %s', async (_what, pager) => {
    expect(await listing([halves[0], pager, { key: 'any' }, `\r\u001b[K${halves[1]}`])).toEqual(await whole());
  });

  it('is not followed for ever', async () => {
    const endless = {
      *[Symbol.iterator](): Generator<VosMove> {
        for (;;)
          yield* ['x\n', 'Press <enter> for 1 line, <space> for one page, or <q> to quit', { key: 'any' }] as const;
      },
    } as unknown as readonly VosMove[];
    await expect(listing(endless)).rejects.toMatchObject({ code: 'COMMAND_TIMEOUT' });
  }, 20_000);

  it('that lists nothing is told with its words', async () => {
    const words = 'Service Manager is not running\n';
    await expect(listing([words])).rejects.toMatchObject({ code: 'COMMAND_FAILED', hostWords: words.trim() });
  });

  it('comes up once for each login, and is used by one at a time', async () => {
    const vos = await VosHost.start({ play: playTranscripts({}) });
    const host = await openDriverHost(doorOfVos(vos));
    await Promise.all([driver.list(host), driver.look(host, 'Cisco Tomcat'), driver.isWorking(host, 'Cisco Tomcat')]);
    expect(vos.consoles).toBe(1);
    host.session.destroy();
    vos.stop();
  });

  it('comes up again where the last one was left in the middle of an answer', async () => {
    const vos = await VosHost.start({ play: playTranscripts({ restart: () => [{ waitMs: 60_000 }] }) });
    const host = await openDriverHost(doorOfVos(vos), { longestMs: 1_500 });
    expect(await failureOf(driver.restart(host, 'Cisco Tomcat', () => undefined))).toMatchObject({
      afterRequest: true,
    });
    expect((await driver.look(host, 'Cisco Tomcat')).state).toBe('active');
    expect(vos.consoles).toBe(2);
    host.session.destroy();
    vos.stop();
  });

  it.each<NonNullable<VosHostOptions['methods']>[number]>(['password', 'keyboard-interactive'])(
    'gets a password with & < > " \' / to the byte by %s',
    async (method) => {
      const vos = await VosHost.start({ play: playTranscripts({}), methods: [method] });
      const host = await openDriverHost(doorOfVos(vos));
      expect(vos.passwords).toEqual([`a&b<c>d"e'f/gä h`]);
      host.session.destroy();
      vos.stop();
    },
  );
});
