import { parseArgs } from 'node:util';
import { EnvironmentError } from './environment.js';

/** What the command line may say. */
export interface Parameters {
  /** Adds built-in demo hosts. */
  readonly demo: boolean;
}

/** @throws EnvironmentError for anything that is not known */
export function readParameters(parameters: readonly string[]): Parameters {
  try {
    const { values } = parseArgs({ args: [...parameters], options: { demo: { type: 'boolean', default: false } } });
    return { demo: values.demo };
  } catch {
    throw new EnvironmentError(`The command line «${parameters.join(' ')}» is wrong: only --demo is known.`);
  }
}
