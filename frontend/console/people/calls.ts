// What the pages of people ask of the hub.
import { type Api, part, search } from '../lib/api.ts';
import type { Consent, Contact, Page } from '../lib/types.ts';
import type { Campaign, Column, ContactReach, Details, ErasurePlan, Field, Lead, LeadCard, MergePreview, Moment, Part, PeopleFilter, Person, Reach, Stage } from './types.ts';

export class PeopleCalls {
  #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  people = (filter: PeopleFilter, limit: number, before?: string | null) =>
    this.#api.ask<Page<Person>>('GET', `/people${search({ ...filter, limit, before: before ?? undefined })}`);
  contact = (id: string) => this.#api.ask<Contact>('GET', `/contacts/${part(id)}`);
  create = (name: string, addresses: { channel: string; value: string; proof: string | null; consent: Consent }[]) =>
    this.#api.ask<Contact>('POST', '/contacts', { name, addresses });
  details = (id: string) => this.#api.ask<Details>('GET', `/contacts/${part(id)}/details`);
  rename = (id: string, name: string) => this.#api.ask<Details>('PATCH', `/contacts/${part(id)}`, { name });
  setFields = (id: string, values: Record<string, string | null>) =>
    this.#api.ask<Details>('PUT', `/contacts/${part(id)}/fields`, { values });
  setLead = (id: string, lead: { stage: string; value: number; currency: string }) =>
    this.#api.ask<Lead>('PUT', `/contacts/${part(id)}/lead`, lead);
  dropLead = (id: string) => this.#api.ask<void>('DELETE', `/contacts/${part(id)}/lead`);
  setConsent = (id: string, address: string, consent: Consent) =>
    this.#api.ask<Contact>('PATCH', `/contacts/${part(id)}/addresses/${part(address)}`, { consent });
  addAddress = (id: string, body: { channel: string; value: string; proof: string | null; consent: Consent }) =>
    this.#api.ask<Contact>('POST', `/contacts/${part(id)}/addresses`, body);
  split = (id: string, address: string) =>
    this.#api.ask<Contact>('POST', `/contacts/${part(id)}/addresses/${part(address)}/split`);
  timeline = (id: string, parts: Part[], before?: string | null) => {
    const asked = [...parts.map((each) => `part=${each}`), ...(before ? [`before=${part(before)}`] : [])].join('&');
    return this.#api.ask<Page<Moment>>('GET', `/contacts/${part(id)}/timeline${asked ? `?${asked}` : ''}`);
  };

  preview = (id: string, other: string) =>
    this.#api.ask<MergePreview>('GET', `/contacts/${part(id)}/merge/${part(other)}`);
  merge = (id: string, other: string, take: string[]) =>
    this.#api.ask<Contact & { merge_id: string }>('POST', `/contacts/${part(id)}/merge`, { other, take });
  undoMerge = (merge: string) => this.#api.ask<Contact>('POST', `/contacts/merges/${part(merge)}/undo`);

  reachability = (days: number) => this.#api.ask<Reach>('GET', `/reachability${search({ days })}`);
  reachOf = async (id: string) =>
    (await this.#api.ask<Page<ContactReach>>('GET', `/contacts/${part(id)}/reachability`)).items;
  campaigns = async () => (await this.#api.ask<Page<Campaign>>('GET', '/campaigns')).items;
  makeCampaign = (body: { name: string; text: string; channels: string[]; days: number; per_minute: number }) =>
    this.#api.ask<Campaign>('POST', '/campaigns', body);
  startCampaign = (id: string) => this.#api.ask<Campaign>('POST', `/campaigns/${part(id)}/start`);
  stopCampaign = (id: string) => this.#api.ask<Campaign>('POST', `/campaigns/${part(id)}/stop`);
  deleteCampaign = (id: string) => this.#api.ask<void>('DELETE', `/campaigns/${part(id)}`);

  exportAddress = (id: string) => `/api/v1/contacts/${part(id)}/export`;
  erasure = (id: string) => this.#api.ask<ErasurePlan>('GET', `/contacts/${part(id)}/erasure`);
  erase = (id: string) => this.#api.ask<void>('DELETE', `/contacts/${part(id)}`);

  fields = async () => (await this.#api.ask<Page<Field>>('GET', '/contact-fields')).items;
  addField = (body: Omit<Field, 'id'>) => this.#api.ask<Field>('POST', '/contact-fields', body);
  changeField = (id: string, body: { name: string; choices: string[] }) =>
    this.#api.ask<Field>('PATCH', `/contact-fields/${part(id)}`, body);
  removeField = (id: string) => this.#api.ask<void>('DELETE', `/contact-fields/${part(id)}`);
  stages = async () => (await this.#api.ask<Page<Stage>>('GET', '/lead-stages')).items;
  putStages = async (stages: Stage[]) =>
    (await this.#api.ask<Page<Stage>>('PUT', '/lead-stages', { stages })).items;
  board = async () => (await this.#api.ask<Page<Column>>('GET', '/leads')).items;
  cards = (stage: string, before?: string | null) =>
    this.#api.ask<Page<LeadCard>>('GET', `/leads/${part(stage)}${search({ before: before ?? undefined })}`);
}
