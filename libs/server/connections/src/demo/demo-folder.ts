import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { demoUser } from './demo-plans.js';

const home = `/home/${demoUser}`;
/** Where the certificate of a demo web server lies; one of the folders that are searched for certificates. */
export const demoWebFolder = '/etc/ssl/demo-web';

/**
 * The files of one demo host: a folder of this machine that the host takes for its root. No path leads out of it: `..` ends
 * at that root, and a symbolic link, which nobody can make over SFTP, is not followed.
 */
export class DemoFolder {
  /** @param root a folder of this machine; made when it is missing, for this process alone */
  constructor(private readonly root: string) {
    for (const folder of [home, demoWebFolder]) mkdirSync(join(root, folder), { recursive: true });
    chmodSync(root, 0o700);
  }

  /** A path of the host without `.` and `..`; a relative one begins in the home folder. */
  absolute(path: string): string {
    return posix.resolve(home, path);
  }

  /** Where a path of the host lies on this machine. @throws {Error} with the code EACCES where a symbolic link is on the way */
  at(path: string): string {
    let place = this.root;
    for (const name of this.absolute(path).split('/')) {
      place = join(place, name);
      if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true)
        throw Object.assign(new Error('Symbolic links are not followed.'), { code: 'EACCES' });
    }
    return place;
  }
}
