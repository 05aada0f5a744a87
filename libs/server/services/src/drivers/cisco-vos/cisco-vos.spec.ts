import { hostileNames } from '../../../test/hostile-names.js';
import { serviceList } from '../../../test/vos-transcripts.js';
import { ConsoleLines } from './console-lines.js';
import { RestartMarkers } from './restart-markers.js';
import { readServiceList } from './service-list.js';
import { refuseVosName } from './service-name.js';
import { pauseOf, pausePattern, withoutPauses } from './vos-dialog.js';

describe('the name of a service on Cisco VOS', () => {
  it.each([
    'Cisco Tomcat',
    'A Cisco DB Replicator',
    'SOAP -Log Collection APIs',
    'Cisco SOAP - CallRecord Service',
    'Cisco CallManager SNMP Service',
    'Cisco IP Voice Media Streaming App',
    'Connection Mailbox Sync (Exchange/Office 365)',
    'Cisco Trust Verification & Policy v1.2',
  ])('may be %s', (name) => {
    expect(refuseVosName(name)).toBeNull();
  });

  it('is nothing that means something to a shell, a terminal or the command line interface', () => {
    const taken = hostileNames.filter((name) => refuseVosName(name) === null);
    // These are words with spaces, slashes and dashes: names as Cisco writes them, typed as they are and found nowhere.
    for (const name of taken) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9 _().&/-]*$/);
    for (const character of [...'\r\n\t\u0000\u0003\u0004\u001b\u007f|;$`<>"\'\\*?~#!{}[]%^=,:@+'])
      expect(refuseVosName(`Cisco${character}Tomcat`)).not.toBeNull();
  });

  it('has nothing but its alphabet, whatever is made up', () => {
    let taken = 0;
    for (let seed = 1, round = 0; round < 10_000; round += 1) {
      let name = '';
      // A linear congruence (Numerical Recipes), so that a failure can be seen again.
      for (let length = (seed >>> 8) % 12; length >= 0; length -= 1) {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
        name += String.fromCodePoint((seed >>> 12) % 130);
      }
      if (refuseVosName(name) !== null) continue;
      taken += 1;
      expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9 _().&/-]*$/);
    }
    expect(taken).toBeGreaterThan(10);
  });

  it('is as the list writes it: no space at its ends, none doubled, not too long', () => {
    for (const name of ['', ' Cisco Tomcat', 'Cisco Tomcat ', 'Cisco  Tomcat', '-Cisco', 'C'.repeat(121)])
      expect(refuseVosName(name)).toMatch(/\.$/);
  });
});

describe('the list of services', () => {
  it('is read with states, reasons and both ways of writing brackets', () => {
    const services = readServiceList(serviceList.split('\n'));
    const of = (name: string): unknown => services.find((service) => service.name === name);
    expect(services).toHaveLength(18);
    expect(of('Cisco Tomcat')).toMatchObject({ state: 'active', subState: 'started', invocation: null });
    expect(of('System SSH')).toMatchObject({ state: 'active' });
    expect(of('Cisco DirSync')).toMatchObject({ state: 'inactive', subState: 'Service Not Activated' });
    expect(of('Cisco CAR DB')).toMatchObject({ state: 'inactive', subState: 'Commanded Out of Service' });
    expect(of('SOAP -Log Collection APIs')).toMatchObject({ state: 'active' });
  });

  it('tells a service that stopped for another reason than a person’s as failed', () => {
    const [service] = readServiceList(['Cisco Platform Manager Service[ STOPPED ]  Component is not running']);
    expect(service).toMatchObject({ state: 'failed', subState: 'Component is not running' });
  });

  it.each([
    ['STARTING', 'activating'],
    ['STOPPING', 'deactivating'],
    ['RUNNING', 'active'],
    ['FAILED', 'failed'],
    ['NOT ACTIVATED', 'inactive'],
    ['SOMETHING NEW', 'unknown'],
  ])('knows [%s] as %s', (word, state) => {
    expect(readServiceList([`Cisco Tomcat[${word}]`])).toMatchObject([{ state }]);
  });

  it('has nothing of the lines around it', () => {
    expect(
      readServiceList(['Service Manager is running', '>> Return code = 0', 'Primary Node =true', '[STARTED]', '']),
    ).toEqual([]);
  });
});

describe('the markers of a restart', () => {
  const after = (...lines: string[]): RestartMarkers => {
    const markers = new RestartMarkers('Cisco Tomcat');
    for (const line of lines) markers.read(line);
    return markers;
  };

  it('are those of the service itself, with or without its name', () => {
    expect(after('Cisco Tomcat[STOPPING]', 'Cisco Tomcat [STARTED]  ').last).toBe('STARTED');
    expect(after('[FAILED]').last).toBe('FAILED');
    expect(after('  cisco tomcat ......... [ STARTED ]').last).toBe('STARTED');
    expect(after('Cisco Tomcat[STOPPING]', 'Cisco Tomcat Stats Servlet[STARTED]').last).toBe('STOPPING');
    expect(after('Service Manager is running').last).toBeUndefined();
  });

  it('may be several in one line, of which the last one counts', () => {
    expect(after('Cisco Tomcat[STOPPING] Cisco Tomcat[STARTING] [FAILED]').last).toBe('FAILED');
  });

  it('tell whether anything had begun', () => {
    expect(after('Cisco Tomcat[FAILED]').hasBegun).toBe(false);
    expect(after('Cisco Tomcat[STARTING]', 'Cisco Tomcat[FAILED]').hasBegun).toBe(true);
  });

  it('in words that nobody knows are no success', () => {
    for (const line of [
      'Cisco Tomcat started',
      'Cisco Tomcat[Started]',
      'Cisco Tomcat[STARTED',
      'Cisco Tomcat{STARTED}',
    ])
      expect(after(line).last).toBeUndefined();
  });
});

describe('what the command line interface waits with', () => {
  const pause = (text: string): unknown => {
    const match = pausePattern.exec(text);
    return match && pauseOf(match);
  };

  it('is the prompt at the begin of a line', () => {
    for (const text of ['admin:', '\r\nadmin: ', 'Primary Node =true\r\n\radmin:'])
      expect(pause(text)).toEqual({ kind: 'prompt' });
    for (const text of ['superadmin:', '\r\nadmin:utils', '\r\nadmin:\r\n', 'as admin:'])
      expect(pause(text)).toBeNull();
  });

  it('is a page to turn, until the last one', () => {
    expect(pause('x\r\nPress <enter> for 1 line, <space> for one page, or <q> to quit')).toEqual({
      kind: 'page',
      key: ' ',
    });
    const options = 'options: q=quit, n=next, p=prev, b=begin, e=end (lines';
    expect(pause(`${options} 1 - 20 of 40) : `)).toEqual({ kind: 'page', key: 'n' });
    expect(pause(`${options} 21 - 40 of 40) :`)).toEqual({ kind: 'page', key: 'q' });
  });

  it('is a question, which is answered with no', () => {
    expect(pause('This affects calls.\r\nContinue (y/n)?')).toEqual({
      kind: 'question',
      words: 'Continue (y/n)?',
      no: 'n\r',
    });
    expect(pause('Are you sure (yes/no): ')).toEqual({ kind: 'question', words: 'Are you sure (yes/no):', no: 'no\r' });
  });

  it('is taken out of the lines', () => {
    expect(withoutPauses('Press <enter> for 1 line, <space> for one page, or <q> to quitCisco CDP[STARTED]')).toBe(
      'Cisco CDP[STARTED]',
    );
    expect(withoutPauses('admin:utils service list')).toBe('utils service list');
    expect(withoutPauses('Cisco Tomcat[STARTED]')).toBe('Cisco Tomcat[STARTED]');
  });
});

describe('lines', () => {
  it('are whole however they arrive, end with either end, and are bounded', () => {
    const told: string[] = [];
    const lines = new ConsoleLines((line) => told.push(line));
    for (const character of 'Cisco Tomcat[STOP') lines.push(character);
    lines.push('PING]  \r\n\r\n\rsecond\rthird');
    lines.push('x'.repeat(5_000));
    lines.end();
    expect(told.slice(0, 2)).toEqual(['Cisco Tomcat[STOPPING]', 'second']);
    expect(told[2]).toHaveLength(2_000);
  });
});
