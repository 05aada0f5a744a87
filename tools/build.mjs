/** `npm run build [project …]`: builds both applications, or the projects named, through Nx's cache. */
import { runTarget } from './workspace.mjs';

const named = process.argv.slice(2);
const { code } = await runTarget('build', { projects: named.length > 0 ? named : ['api', 'console'] });
process.exitCode = code;
