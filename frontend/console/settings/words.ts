// How the settings name things.
import { msg, type Sentence } from '../languages/language.ts';
import type { Team } from '../lib/types.ts';
import type { Role } from './asking.ts';

export const ROLES: Record<Role, Sentence> = { viewer: msg('Viewer'), agent: msg('Agent'), owner: msg('Owner') };

export const POLICIES: Record<Team['policy'], Sentence> = {
  manual: msg('By hand: nobody is given anything by itself'),
  round_robin: msg('By turns: whoever was given one longest ago'),
  load: msg('By load: whoever has the least waiting'),
};
