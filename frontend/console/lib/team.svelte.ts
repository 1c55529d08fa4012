// What the whole team shares: who answers, labels, teams, canned replies, views. Read once, and anew when it changes.
import { t } from '../languages/language.ts';
import { type Api, inWords } from './api.ts';
import { Gather } from './gather.ts';
import type { Agent, CannedReply, Counts, Label, SavedView, Target, Team as TeamOfAgents } from './types.ts';

export class Team {
  agents = $state<Agent[]>([]);
  labels = $state<Label[]>([]);
  teams = $state<TeamOfAgents[]>([]);
  targets = $state<Target[]>([]);
  canned = $state<CannedReply[]>([]);
  views = $state<SavedView[]>([]);
  counts = $state<Counts>({ waiting: 0, mine: 0, unassigned: 0, mentions: 0, overdue: 0, due_soon: 0 });
  problem = $state('');
  #api: Api;
  #changes = new Gather(() => this.#read());
  #moves = new Gather(() => this.#count());

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    try {
      await Promise.all([this.#read(), this.#count()]);
      this.problem = '';
    } catch (problem) {
      this.problem = inWords(problem);
      this.changed();
    }
  }

  changed(): void {
    this.#changes.add('team');
  }

  /** Conversations moved: how many wait for whom may be different. */
  moved(): void {
    this.#moves.add('counts');
  }

  agent(id: string): Agent | undefined {
    return this.agents.find((agent) => agent.id === id);
  }

  label(id: string): Label | undefined {
    return this.labels.find((label) => label.id === id);
  }

  /** The name of whoever an author such as `agent:…` is. */
  nameOf(agentId: string): string {
    return this.agent(agentId)?.name ?? t('somebody who left');
  }

  async #read(): Promise<void> {
    [this.agents, this.labels, this.teams, this.canned, this.views, this.targets] = await Promise.all([
      this.#api.agents(),
      this.#api.labels(),
      this.#api.teams(),
      this.#api.canned(),
      this.#api.views(),
      this.#api.targets(),
    ]);
  }

  async #count(): Promise<void> {
    this.counts = await this.#api.counts();
  }
}
