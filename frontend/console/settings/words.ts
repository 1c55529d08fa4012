// How the settings name things.
import type { Team } from '../lib/types.ts';
import type { Role } from './asking.ts';

export const ROLES: Record<Role, string> = { viewer: 'Viewer', agent: 'Agent', owner: 'Owner' };

export const POLICIES: Record<Team['policy'], string> = {
  manual: 'By hand: nobody is given anything by itself',
  round_robin: 'By turns: whoever was given one longest ago',
  load: 'By load: whoever has the least waiting',
};
