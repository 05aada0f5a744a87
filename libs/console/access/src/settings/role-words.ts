import type { Role } from '@lockstep/contract';

export const roleChoices: readonly Role[] = ['administrator', 'operator', 'viewer'];

export function roleTitle(role: Role): string {
  switch (role) {
    case 'administrator':
      return $localize`Administrator`;
    case 'operator':
      return $localize`Operator`;
    case 'viewer':
      return $localize`Viewer`;
  }
}

/** What a role may do, in one sentence. */
export function roleSentence(role: Role): string {
  switch (role) {
    case 'administrator':
      return $localize`Sees and changes everything, users included.`;
    case 'operator':
      return $localize`Starts and cancels operations and approves host keys, on what was granted.`;
    case 'viewer':
      return $localize`Sees what was granted, and changes nothing.`;
  }
}
