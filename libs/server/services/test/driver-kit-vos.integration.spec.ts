import { CiscoVosDriver } from '../src/drivers/cisco-vos/cisco-vos.driver.js';
import { doorOfVos, openDriverHost } from './driver-host.js';
import { describeDriver } from './driver-kit.js';
import { VosHost } from './vos-host.js';
import { playTranscripts, restarted } from './vos-transcripts.js';

describeDriver('Cisco VOS', async () => {
  const typed: string[] = [];
  const count = { restarts: 0 };
  const play = playTranscripts(
    {
      restart: (name) => {
        if (name !== 'Cisco Tomcat') return ['Invalid service name\n'];
        count.restarts += 1;
        return [restarted(name)];
      },
    },
    typed,
  );
  const vos = await VosHost.start({ play });
  const known = ['utils service list', 'utils service restart Cisco Tomcat', 'utils service restart Cisco Nothing'];
  return {
    driver: new CiscoVosDriver(),
    host: await openDriverHost(doorOfVos(vos)),
    service: 'Cisco Tomcat',
    absent: 'Cisco Nothing',
    restarts: () => Promise.resolve(count.restarts),
    traces: () => Promise.resolve(typed.filter((line) => !known.includes(line)).join('\n')),
    logged: null,
    stop: () => vos.stop(),
  };
});
